import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { isChanged } from "./gateway/configEdit";
import { Gateway } from "./gateway/gateway";
import { placeOfPage } from "./gateway/place";
import "./looks/all.css";
import { GatewayContext } from "./parts/context";
import { ErrorBoundary } from "./parts/ErrorBoundary";
import { Router } from "./parts/route";
import { RouterContext } from "./parts/RouterContext";
import { followKeyboard } from "./parts/keyboard";
import { followTheme } from "./parts/theme";
import { language } from "./text/language";

// First of all a token in the address is taken out of it, by the gateway's constructor.
const gateway = new Gateway(placeOfPage());
const router = new Router(gateway.place.basePath);

followTheme();
followKeyboard();
const speak = () => (document.documentElement.lang = language.get());
language.subscribe(speak);
speak();

// The browser asks before it closes a tab with unsaved changes.
window.addEventListener("beforeunload", (event) => {
  if (isChanged(gateway.configEdit.get())) event.preventDefault();
});

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no element with the id `app`.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <GatewayContext.Provider value={gateway}>
        <RouterContext.Provider value={router}>
          <App />
        </RouterContext.Provider>
      </GatewayContext.Provider>
    </ErrorBoundary>
  </StrictMode>,
);
gateway.start();
