/** An engine's name. Of one whose TensorFlow is pip's own, which may change under it, the name says so. */
export const engineName = (
  { version, device }: { readonly version: string; readonly device: 'cpu' | 'cuda' },
  linked: boolean,
): string => `tf${version}-${device}${linked ? '-linked' : ''}`
