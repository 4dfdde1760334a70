/** Copies a text, also on a page from disk in browsers that keep the clipboard from such pages. */
import { useState } from 'preact/hooks';

export function CopyButton({ text }: { readonly text: string }) {
  const [done, setDone] = useState<'copied' | 'not copied'>();
  const copy = async () => {
    setDone((await copied(text)) ? 'copied' : 'not copied');
    setTimeout(() => setDone(undefined), 2000);
  };
  return (
    <button type="button" class="copy" onClick={() => void copy()}>
      <span aria-live="polite">{done === 'copied' ? '✓ copied' : (done ?? 'Copy')}</span>
    </button>
  );
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
