// The smallest readers of unknown values, from which the decoder is built.
//
// Each returns the value when it has the wanted shape and `null` otherwise.
// Numbers must be finite: JSON has no others, and a chart could draw none.
import type { Text } from "./shapes";

export function record(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The keys of a type of the wire; their values are not known yet. */
export type Raw<T> = { readonly [K in keyof T]?: unknown };

/** An object that may have the keys of `T`, and is asked for no others. */
export function raw<T>(value: unknown): Raw<T> | null {
  return record(value) as Raw<T> | null;
}

export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function string(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function integer(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}

export function bool(value: unknown): boolean {
  return value === true;
}

/** Reads an optional value: a missing one is `null`. */
export function nullable<T>(value: unknown, read: (value: unknown) => T | null): T | null {
  return value === undefined || value === null ? null : read(value);
}

export function field<T extends object>(object: T | null, name: keyof T): unknown {
  return object === null ? undefined : object[name];
}

/** A text in both languages; a missing language borrows the other. */
export function text(value: unknown, otherwise: string): Text {
  const t = record(value);
  const zh = string(field(t, "zh"));
  const en = string(field(t, "en"));
  return { zh: zh || en || otherwise, en: en || zh || otherwise };
}
