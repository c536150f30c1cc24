// The focus goes to where the next step is; `autofocus` does nothing for elements that come later.

/** As `ref` of an element: it has the focus as soon as it is there. */
export function focusOnce(element: HTMLElement | null): void {
  element?.focus();
}
