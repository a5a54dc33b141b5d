// A thin hand-written layer over the DOM: elements are made once, then only what
// differs is changed. Texts are always set as text, never as markup, so a hostile
// label is a strange word and nothing more. No inline style is ever written into
// markup: the content security policy would refuse it.

export type Attributes = Readonly<Record<string, string>>;
type Child = Node | string;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The node of a text stays, because another one has the browser look anew at every rule around it. */
export function setText(element: Element, text: string): void {
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild.nextSibling === null && text !== "") {
    if (firstChild.data !== text) firstChild.data = text;
  } else if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets an attribute; `null` removes the attribute. */
export function setAttr(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Tells the style sheet the length of a figure in multiples of its size, so that its letters fit their room. */
export function setEm(element: HTMLElement, em: number): void {
  const length = em.toFixed(2);
  if (element.style.getPropertyValue("--em") !== length) element.style.setProperty("--em", length);
}

export function setShown(element: HTMLElement, shown: boolean): void {
  if (element.hidden === shown) element.hidden = !shown;
}

/** A value for tests and tools in exact digits; an unknown one is the text `null`. */
export function raw(value: number | null): string {
  return value === null ? "null" : String(value);
}

/** Makes a list of elements as long as wanted and keeps the elements that are there. */
export function resize<T extends Element>(
  parent: Element, items: T[], length: number, make: () => T,
): void {
  while (items.length > length) items.pop()?.remove();
  while (items.length < length) {
    const item = make();
    items.push(item);
    parent.append(item);
  }
}
