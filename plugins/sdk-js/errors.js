/**
 * Why a metric refuses. Throwing one of these is no crash: the instance stays usable.
 *
 * Any other error is one: the metric is quarantined, and the host shows the error's message.
 */

/** The configuration is wrong; the message names the key in backticks. */
export class BadConfig extends Error {}

/** A snapshot is not this metric's. */
export class BadState extends Error {}

/**
 * Rows that cannot be used, each with the reason. Nothing of the batch may have been added: the
 * host calls again without them and writes them to the dead letters.
 */
export class BadRows extends Error {
  /** @param {[number, string][]} rows */
  constructor(rows) {
    super(`${rows.length} bad rows`);
    this.rows = rows;
  }
}
