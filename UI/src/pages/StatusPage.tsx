import { useCallback } from "react";
import { configFileOf } from "../gateway/configFile";
import { pairingRequests, peopleLetIn } from "../gateway/pairing";
import { channelAccounts, clientsOf, modelsOf, overviewOf } from "../gateway/status";
import { ChannelsCard, ClientsCard, ModelsCard } from "../parts/StatusCards";
import { ConfigTrouble } from "../parts/ConfigTrouble";
import { useGateway, useHello, useText } from "../parts/context";
import { explained } from "../parts/explained";
import { GatewayCard } from "../parts/GatewayCard";
import { Icon } from "../parts/Icon";
import { LogView } from "../parts/LogView";
import { PageHead } from "../parts/PageHead";
import { PageLink } from "../parts/PageLink";
import { LetInCard, PairingCard } from "../parts/PairingCard";
import { Problem } from "../parts/Problem";
import { Skeleton } from "../parts/Skeleton";
import { usePolled } from "../parts/usePolled";

const refreshMs = 10_000;
/** The gateway answers from what it knows; probing every channel is not for a page that refreshes by itself. */
const channelParams = { probe: false, timeoutMs: 8_000 };
/** The Config page has them all. */
const mostConfigIssues = 3;

/** How the gateway is doing. */
export function StatusPage({ onOpenMenu }: { onOpenMenu: () => void }) {
  const words = useText();
  const { request } = useGateway();
  const { methods } = useHello();
  const read = useCallback(async () => {
    const ask = (method: string, params: object = {}) =>
      methods.has(method) ? request(method, params) : Promise.resolve(undefined);
    const [health, status, channels, models, presence, pairing, config] = await Promise.all([
      ask("health"),
      ask("status"),
      ask("channels.status", channelParams),
      ask("models.list"),
      ask("system-presence"),
      ask("pairing.list"),
      ask("config.get"),
    ]);
    return {
      overview: overviewOf(health, status),
      channels: channelAccounts(channels),
      models: modelsOf(models),
      clients: clientsOf(presence),
      pairing: pairingRequests(pairing),
      letIn: peopleLetIn(pairing),
      config: configFileOf(config),
    };
  }, [request, methods]);
  const { value, failure, refresh } = usePolled(read, refreshMs);
  return (
    <>
      <PageHead title={words.statusPage} onOpenMenu={onOpenMenu}>
        <button type="button" className="icon-button" aria-label={words.refresh} title={words.refresh} onClick={refresh}>
          <Icon name="refresh" />
        </button>
      </PageHead>
      <div className="page-body">
        {failure !== undefined && <Problem title={words.statusFailed} reason={explained(failure, words)} onRetry={refresh} />}
        {!value && failure === undefined && <Skeleton label={words.statusPage} lines={8} />}
        {value && (
          <ConfigTrouble file={value.config} most={mostConfigIssues}>
            <PageLink to={{ page: "config", session: "" }} className="button">
              {words.openConfig}
            </PageLink>
          </ConfigTrouble>
        )}
        {value && (
          <div className="cards">
            <PairingCard requests={value.pairing} onChange={refresh} />
            <GatewayCard overview={value.overview} />
            {methods.has("channels.status") && <ChannelsCard accounts={value.channels} />}
            {methods.has("pairing.remove") && <LetInCard people={value.letIn} onChange={refresh} />}
            {methods.has("models.list") && <ModelsCard models={value.models} />}
            {methods.has("system-presence") && <ClientsCard clients={value.clients} />}
          </div>
        )}
        {methods.has("logs.tail") && <LogView />}
      </div>
    </>
  );
}
