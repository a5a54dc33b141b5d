/**
 * The errors by which a metric refuses. Throwing one of them is no crash: the instance stays
 * usable.
 *
 * Any other error is a crash: the host stops the metric and shows the error's message.
 */

/** The configuration is wrong; the message names the key in backticks. */
export class BadConfig extends Error {}

/** A snapshot was not written by this metric, or not by this version of it. */
export class BadState extends Error {}

/**
 * All rows of a batch that cannot be used, each with its number and the reason. Nothing of the batch
 * may have been added: the host calls once more without these rows and writes each to the dead
 * letters. A second refusal breaks the contract, and the host stops the metric.
 */
export class BadRows extends Error {
  /** @param {[number, string][]} rows */
  constructor(rows) {
    super(`${rows.length} bad rows`);
    this.rows = rows;
  }
}
