/**
 * What a metric reads, what its result looks like, how it is shown; and the result itself.
 *
 * The page draws any metric from this alone, so business words live here and nowhere else.
 */

/** @typedef {"boolean" | "unsigned" | "integer" | "float" | "text" | "timestamp"} FieldType */

/**
 * `["省份", "Province"]` is Chinese and English; an object names any languages.
 * @typedef {[string, string] | Record<string, string>} Localized
 */

/**
 * A text as pairs of language and words.
 * @param {Localized} text
 * @returns {[string, string][]}
 */
export function texts(text) {
  return Array.isArray(text) ? [["zh", text[0]], ["en", text[1]]] : Object.entries(text);
}

/**
 * How a view is drawn beyond its chart: a second dimension, rows before the rest is summed up as
 * "other" (0 = all), by the first measure instead of the order of the labels, room.
 * @typedef {{ across?: string, top?: number, sorted?: boolean,
 *   size?: "small" | "medium" | "wide" | "tall" | "large" }} ViewOptions
 */

/** A column of the result: a dimension that names a group, or a measure of it. */
export class Output {
  /**
   * Keys of `labels` are in display order; other keys are shown as they are.
   * @param {string} name
   * @param {Localized} title
   * @param {{ type?: FieldType, labels?: [string, Localized][] }} [options]
   */
  static dimension(name, title, { type = "text", labels = [] } = {}) {
    return new Output({ name, title, type, role: "dimension", additive: false, labels });
  }

  /**
   * `errorOf` names another measure, in the same row, whose largest error this one is.
   * @param {string} name
   * @param {Localized} title
   * @param {{ type?: FieldType, additive?: boolean, unit?: string, errorOf?: string }} [options]
   */
  static measure(name, title, { type = "integer", additive = true, unit, errorOf } = {}) {
    return new Output({ name, title, type, role: "measure", additive, unit, errorOf, labels: [] });
  }

  /**
   * @param {{ name: string, title: Localized, type: FieldType, role: "dimension" | "measure",
   *   additive: boolean, unit?: string, errorOf?: string, labels: [string, Localized][] }} of
   */
  constructor(of) {
    const { name, title, type, role, additive, unit, errorOf, labels } = of;
    Object.assign(this, { name, title, type, role, additive, unit, errorOf, labels });
  }
}

/** Everything that the host and the page need to know of a metric. */
export class Descriptor {
  /**
   * @param {string} name
   * @param {string} version
   * @param {Localized} doc
   */
  constructor(name, version, doc) {
    this.name = name;
    this.version = version;
    this.doc = doc;
    /** @type {{ name: string, type: FieldType, nullable: boolean }[]} */
    this.inputs = [];
    /** @type {Output[]} */
    this.outputs = [];
    /** @type {({ chart: string, id: string, title: Localized, dimension?: string,
     *   measures: string[] } & ViewOptions)[]} */
    this.views = [];
    this.isBounded = false;
  }

  /**
   * Reads a column; without `nullable`, records without a valid value are left out. Columns reach
   * `add` in the order of these calls. The name `@event-time` with the type `timestamp` asks for
   * each row's event time.
   * @param {string} name
   * @param {FieldType} type
   */
  input(name, type, { nullable = false } = {}) {
    this.inputs.push({ name, type, nullable });
    return this;
  }

  /** Adds a column of the result; `result` gives them in this order. @param {Output} output */
  output(output) {
    this.outputs.push(output);
    return this;
  }

  /**
   * Adds a view: `pie`, `bar`, `hbar`, `line`, `number`, `heatmap` or `table`.
   * @param {string} chart
   * @param {string} id
   * @param {Localized} title
   * @param {string | undefined} dimension
   * @param {string | string[]} measures
   * @param {ViewOptions} [options]
   */
  view(chart, id, title, dimension, measures, options = {}) {
    this.views.push({ chart, id, title, dimension, measures: [measures].flat(), ...options });
    return this;
  }

  /** Declares that the order of merges may change the result within its stated errors. */
  bounded() {
    this.isBounded = true;
    return this;
  }
}

/** A result: one array per output, all of one length. `null` is a missing value. */
export class Table {
  /** @param {...unknown[]} columns */
  constructor(...columns) {
    this.columns = columns;
    this.rows = columns[0]?.length ?? 0;
    if (columns.some((column) => column.length !== this.rows)) {
      throw new Error("the columns of a table have different lengths");
    }
  }

  /** Row after row as texts, for tests. */
  cells() {
    const row = (_, index) => this.columns.map((column) => String(column[index] ?? ""));
    return Array.from({ length: this.rows }, row);
  }
}
