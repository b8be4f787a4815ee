/** An answer of the server → a file in the browser’s downloads, or a sentence. */

/** What the server says of its refusal. */
export async function sentence(answer: Response): Promise<string> {
  try {
    const { error } = (await answer.json()) as { error?: string };
    return error ?? `The server answered ${answer.status}.`;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}

/** The name that the server gives a file. */
export const filename = (answer: Response): string | undefined =>
  /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];

/** Have the browser save a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
