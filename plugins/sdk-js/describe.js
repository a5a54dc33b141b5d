/**
 * The descriptor of a metric (the columns that it reads, the columns of its result, the ways to
 * show the result) and the result itself.
 *
 * The page draws any metric from its descriptor alone, so business words live there and nowhere
 * else.
 */

/** @typedef {"boolean" | "unsigned" | "integer" | "float" | "text" | "timestamp"} FieldType */

/**
 * A text for the page: `["省份", "Province"]` is Chinese and English, an object names any languages.
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
 * The options of a view. `across`: a second dimension. `top`: the rows shown before the others are
 * added up as "other" (0 = all). `sorted`: by the first measure, largest first, instead of in the
 * order of the labels. `size`: the room that the view asks for.
 * @typedef {{ across?: string, top?: number, sorted?: boolean,
 *   size?: "small" | "medium" | "wide" | "tall" | "large" }} ViewOptions
 */

/** A column of the result: a dimension that names a group, or a measure of it. */
export class Output {
  /**
   * A column that names a group. Keys of `labels` are in display order; other keys are shown as
   * they are.
   * @param {string} name
   * @param {Localized} title
   * @param {{ type?: FieldType, labels?: [string, Localized][] }} [options]
   */
  static dimension(name, title, { type = "text", labels = [] } = {}) {
    return new Output({ name, title, type, role: "dimension", additive: false, labels });
  }

  /**
   * A column of numbers. `errorOf` names another measure, of which this one is the largest error in
   * the same row.
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
   * Reads a column. Without `nullable`, a record without a valid value does not reach the metric.
   * Columns reach `add` in the order of these calls. The name `@event-time` with the type
   * `timestamp` asks for each row's event time.
   * @param {string} name
   * @param {FieldType} type
   */
  input(name, type, { nullable = false } = {}) {
    this.inputs.push({ name, type, nullable });
    return this;
  }

  /** Adds a column of the result; `result` gives columns in this order. @param {Output} output */
  output(output) {
    this.outputs.push(output);
    return this;
  }

  /**
   * Adds a view: `pie`, `bar`, `hbar`, `line`, `number`, `heatmap`, `tiles` or `table`.
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

  /** Declares that the order of merges may change the result within the errors that it states. */
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

  /** Row after row, each cell as text, for tests to compare. */
  cells() {
    const row = (_, index) => this.columns.map((column) => String(column[index] ?? ""));
    return Array.from({ length: this.rows }, row);
  }
}
