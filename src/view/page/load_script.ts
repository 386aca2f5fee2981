/// <reference lib="dom" />

/** Loads a script that lies beside the page. @throws {Error} with its address where it cannot be loaded */
export function loadScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(address));
    document.head.append(script);
  });
}
