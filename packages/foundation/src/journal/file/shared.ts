/** Work that many ask for at once, and that is done once for all who asked before it began. */
export function shared(work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    const result = work();
    underWay = result.catch(() => {});
    return result;
  };
  return () => (next ??= underWay.then(begin));
}
