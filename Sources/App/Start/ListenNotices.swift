import Core
import Gateway
import Models

/// What the log says once a gateway listens: where, how to open it, and with what it works.
@MainActor
struct ListenNotices {
    let plan: ListenPlan
    let secret: SharedSecret
    let setup: LocalSetup
    let logFile: BoundedFile
    let log: Log

    func report(model: ModelReference?) {
        log.info("listening on ws://\(plan.displayHost):\(plan.port) (PID \(ProcessFacts.pid))")
        log.info("bind: \(plan.reason)")
        if let app = setup.platform.flyApp { reportFly(app: app) }
        if !plan.isLoopback, let weakness = secret.weakness {
            log.warning("\(weakness) `openssl rand -hex 32` makes a good one.")
        }
        log.info("agent model: \(model?.description ?? "none yet; set a key, for example ANTHROPIC_API_KEY")")
        log.info("state directory: \(setup.state)")
        if let problem = logFile.problem() {
            log.warning("no log file: \(logFile.path) cannot be written (\(problem)); check `logging.file`")
        } else {
            log.info("log file: \(logFile.path)")
        }
        if ProcessFacts.isInteractive || !setup.platform.isContainer {
            log.info("open \(setup.link(to: (plan.ownHost, plan.port), token: nil))")
        }
        if ProcessFacts.isInteractive {
            Terminal.print(
                "\n  \(setup.link(to: (plan.ownHost, plan.port), token: secret.token?.reveal()))\n")
        }
    }

    private func reportFly(app: String) {
        guard !plan.isLoopback else {
            log.warning(
                "Fly's proxy cannot reach 127.0.0.1 (\"App is not listening on expected address\"): put `--bind lan` behind "
                    + "the command in fly.toml, or set `gateway.bind` to `auto`")
            return
        }
        let inside = setup.environment["FLY_PRIVATE_IP"].map { ", or over WireGuard \(address("[\($0)]"))" }
        log.info(
            "open https://\(app).fly.dev\(setup.basePath)/ or, without a public address, run "
                + "`fly proxy \(plan.port):\(plan.port) -a \(app)` and open \(address("localhost"))"
                + (inside ?? ""))
    }

    private func address(_ host: String) -> String { "http://\(host):\(plan.port)\(setup.basePath)/" }
}
