import { helloOf } from "./gateway/link";
import { TokenPage } from "./pages/TokenPage";
import { HelloContext, useGateway, useStore, useText } from "./parts/context";
import { Shell } from "./parts/Shell";
import { Splash } from "./parts/Splash";

/** What to show depends on how we stand with the gateway. */
export function App() {
  const words = useText();
  const link = useStore(useGateway().connection.link);
  if (link.state === "refused") return <TokenPage refusal={link.refusal} isChecking={false} />;
  if (link.state === "checking") return <TokenPage refusal={{ kind: "needsSecret" }} isChecking />;
  if (link.state === "unreachable") return <Splash title={words.unreachable} hint={words.unreachableHint} />;
  const hello = helloOf(link);
  if (!hello) return <Splash title={words.connecting} />;
  return (
    <HelloContext.Provider value={hello}>
      <Shell link={link} />
    </HelloContext.Provider>
  );
}
