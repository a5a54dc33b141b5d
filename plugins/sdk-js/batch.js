/**
 * Typed views over the rows that arrived together.
 *
 * The work per row is plain loops over codes and numbers. A text column is read through its
 * dictionary: each distinct text is decoded once, not once per row.
 */

/**
 * One byte a row, 0 = null; an empty list means that no row is null.
 * @typedef {ArrayLike<number>} Valid
 */

/** Whole numbers below this one are counted in an array, which is faster than a map. */
const SMALL = 256;

/** A column of numbers or booleans, row after row. @template {number | boolean} T */
export class Column {
  /**
   * @param {ArrayLike<T>} values
   * @param {Valid} [valid]
   */
  constructor(values, valid = []) {
    this.values = values;
    this.valid = valid;
  }

  /** The value of a row; `null` means that the row has none. @returns {T | null} */
  at(/** @type {number} */ row) {
    return this.valid.length > 0 && !this.valid[row] ? null : this.values[row];
  }

  /** Rows by value. Nulls are not counted. @returns {Map<T, number>} */
  tally() {
    const { values, valid } = this;
    const hasNulls = valid.length > 0;
    const events = new Map();
    const small = new Array(SMALL).fill(0);
    for (let row = 0; row < values.length; row++) {
      if (hasNulls && !valid[row]) continue;
      const value = values[row];
      if (small[value] !== undefined) small[value]++;
      else events.set(value, (events.get(value) ?? 0) + 1);
    }
    small.forEach((count, value) => count > 0 && events.set(value, count));
    return events;
  }
}

/**
 * A column of texts: each row holds the code of one of a few texts. A code means something inside
 * its batch only; two codes may stand for one text.
 */
export class TextColumn {
  /**
   * @param {ArrayLike<number>} codes
   * @param {string[]} texts
   * @param {Valid} [valid]
   */
  constructor(codes, texts, valid = []) {
    this.codes = codes;
    this.texts = texts;
    this.valid = valid;
  }

  /** The text of a row; `null` means that the row has none. @returns {string | null} */
  at(/** @type {number} */ row) {
    return this.valid.length > 0 && !this.valid[row] ? null : this.texts[this.codes[row]];
  }

  /**
   * Rows by text, or by the key that `keyOf` gives for the text. Nulls are not counted.
   * @template K
   * @param {(text: string) => K} [keyOf]
   * @returns {Map<K, number>}
   */
  tally(keyOf = (text) => text) {
    const { codes, valid } = this;
    const hasNulls = valid.length > 0;
    const byCode = new Array(this.texts.length).fill(0);
    for (let row = 0; row < codes.length; row++) {
      if (hasNulls && !valid[row]) continue;
      byCode[codes[row]]++;
    }
    const events = new Map();
    byCode.forEach((count, code) => {
      if (count === 0) return;
      const key = keyOf(this.texts[code]);
      events.set(key, (events.get(key) ?? 0) + count);
    });
    return events;
  }
}

/** Rows that arrived together; columns in the order of the descriptor's inputs. */
export class Batch {
  /**
   * @param {number} rows
   * @param {(Column<any> | TextColumn)[]} columns
   */
  constructor(rows, columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** The `text` column of an input. @param {number} index @returns {TextColumn} */
  text(index) {
    const column = this.columns[index];
    if (!(column instanceof TextColumn)) throw new TypeError(`input ${index} is not a text`);
    return column;
  }

  /**
   * The `unsigned`, `integer`, `timestamp` (ms) or `float` column of an input. Integers are exact
   * up to 2^53.
   * @param {number} index
   * @returns {Column<number>}
   */
  numbers(index) {
    const column = this.columns[index];
    if (!(column instanceof Column)) throw new TypeError(`input ${index} is a text`);
    return column;
  }

  /** The `boolean` column of an input. @param {number} index @returns {Column<boolean>} */
  booleans(index) {
    return /** @type {Column<any>} */ (this.numbers(index));
  }
}
