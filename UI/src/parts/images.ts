import type { Attachment } from "../gateway/outbox";

/**
 * Decoded. Eight of them, in base64, stay below the 6 MB past which the gateway's history leaves a message out; and
 * every later turn sends them to the model again.
 */
const mostBytes = 560_000;
/** Models scale images down to about this anyway; more only costs time. */
const longestSide = 2_048;
const qualities = [0.88, 0.75, 0.6, 0.45];
/** For what stays too large at any quality, such as noise. */
const shrinks = [1, 0.7, 0.5, 0.35];

export const mostImages = 8;

export type ImageProblem = "unreadable" | "tooLarge";

/** An image ready to send, scaled down when it is large. */
export async function attachmentOf(file: File): Promise<Attachment | ImageProblem> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return "unreadable";
  const fits = file.size <= mostBytes && Math.max(bitmap.width, bitmap.height) <= longestSide;
  const sendable = fits && /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? file : await scaledDown(bitmap);
  bitmap.close();
  if (!sendable) return "tooLarge";
  return { mimeType: sendable.type, fileName: file.name || "image", content: await base64Of(sendable) };
}

async function scaledDown(bitmap: ImageBitmap): Promise<Blob | undefined> {
  const fitting = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  for (const shrink of shrinks) {
    const canvas = drawn(bitmap, fitting * shrink);
    for (const quality of qualities) {
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (blob && blob.size <= mostBytes) return blob;
    }
  }
  return undefined;
}

function drawn(bitmap: ImageBitmap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context) {
    // JPEG has no transparency: white is what a transparent picture usually lies on.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export function filesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}
