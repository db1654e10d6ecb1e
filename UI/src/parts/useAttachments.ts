import { useStore, useText } from "./context";
import { changeImages, draftImages, noImages } from "./drafts";
import { attachmentOf, mostImages } from "./images";
import { showNotice } from "./notices";

/** The images that go with the message being written. They become ready also while another session is looked at. */
export function useAttachments(sessionKey: string) {
  const words = useText();
  const { ready, preparing } = useStore(draftImages).get(sessionKey) ?? noImages;

  const add = async (files: readonly File[]) => {
    const images = files.filter(({ type }) => type.startsWith("image/"));
    const said = images.length < files.length ? [words.onlyImages] : [];
    const { ready: before, preparing: coming } = draftImages.get().get(sessionKey) ?? noImages;
    const welcome = images.slice(0, mostImages - before.length - coming);
    if (welcome.length < images.length) said.push(words.tooManyImages(mostImages));
    if (said.length > 0) showNotice(said.join(" "));
    changeImages(sessionKey, (now) => ({ ...now, preparing: now.preparing + welcome.length }));
    for (const file of welcome) {
      const result = await attachmentOf(file).catch(() => "unreadable" as const);
      const isReady = typeof result === "object";
      changeImages(sessionKey, (now) => ({
        ready: isReady ? [...now.ready, result] : now.ready,
        preparing: now.preparing - 1,
      }));
      if (isReady) continue;
      said.push(result === "tooLarge" ? words.imageTooLarge(file.name) : words.imageRefused(file.name));
      showNotice(said.join(" "));
    }
  };
  const remove = (index: number) =>
    changeImages(sessionKey, (now) => ({ ...now, ready: now.ready.filter((_, at) => at !== index) }));
  const clear = () => changeImages(sessionKey, (now) => ({ ...now, ready: [] }));
  return { attachments: ready, preparing, add, remove, clear };
}
