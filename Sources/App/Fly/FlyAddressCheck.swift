import Core

/// Knocks at the running gateway, at each address that somebody on Fly.io comes to: its proxy, the private network,
/// commands on the machine.
@MainActor
struct FlyAddressCheck {
    let setup: LocalSetup
    let app: String

    /// Who comes to an address, and what stands there when nobody is let in.
    private struct Visitor {
        var host: String
        var name: String
    }

    /// What a start wrote down beats a variable: the command of `fly.toml` may name another port.
    private var port: Int {
        setup.runningListener?.port ?? setup.ownAddress.port
    }

    private var machine: String { setup.platform.flyMachine ?? "MACHINE" }

    private var visitors: [Visitor] {
        var visitors = [Visitor(host: "::1", name: "IPv6")]
        let own = NetworkAddresses.all()
        if let host = setup.environment["FLY_PRIVATE_IP"] ?? own.first(where: { $0.contains(":") }) {
            visitors.append(Visitor(host: host, name: "Fly's private network (WireGuard, `fly proxy`)"))
        }
        if let host = own.first(where: { !$0.contains(":") }) {
            visitors.append(Visitor(host: host, name: "Fly's proxy"))
        }
        return visitors
    }

    var findings: [Finding] {
        let local = knock("127.0.0.1", "/readyz")
        let others = visitors.map { (visitor: $0, answer: knock($0.host, "/healthz")) }
        guard local.answer != nil || others.contains(where: { $0.answer.answer != nil }) else {
            return [
                Finding(
                    .problem, "No gateway answers on port \(port) (\(local.reason))",
                    fix: "fly logs -a \(app)\nfly machine restart \(machine) -a \(app)")
            ]
        }
        return [ready(local)].compactMap(\.self)
            + others.map { other in
                let address = target(other.visitor.host).authority
                guard other.answer.answer?.status == 200 else {
                    return Finding(
                        .problem,
                        "The gateway does not answer \(other.visitor.name) at \(address) (\(other.answer.reason)): Fly says "
                            + "\"App is not listening on expected address\"",
                        fix: listenEverywhere)
                }
                return Finding(.ok, "The gateway answers \(other.visitor.name) at \(address)")
            }
    }

    /// "Health checks failing": which port must be asked, and whether who asks is told that all is well.
    private func ready(_ local: Knocked) -> Finding? {
        guard let answer = local.answer else { return nil }
        guard answer.status == 200 else {
            // What is no JSON gives no reason; the number says enough then.
            let said = try? JSON.parse(Array(answer.body.utf8))
            let reason = said?["reason"]?.stringValue ?? "HTTP \(answer.status)"
            return Finding(
                .problem, "The gateway runs and is not ready: \(reason)", fix: "fly logs -a \(app)")
        }
        return Finding(.ok, "The gateway is ready; `internal_port` in fly.toml must be \(port)")
    }

    /// Now, and for the next deploy, which sets the command of `fly.toml` again.
    private var listenEverywhere: String {
        let command = "openclaw gateway --allow-unconfigured --port \(port) --bind lan"
        return "fly machine update \(machine) --command \"\(command)\" -y -a \(app)\n"
            + "[processes]\n  app = \"\(command)\""
    }

    // MARK: Knocking

    private struct Knocked {
        var answer: GatewayKnock.Answer?
        var reason = ""
    }

    private func target(_ host: String) -> GatewayClient.Target {
        GatewayClient.Target(host: host, port: port)
    }

    private func knock(_ host: String, _ path: String) -> Knocked {
        do throws(GatewayClient.Failure) {
            let answer = try GatewayKnock(target: target(host)).get(path)
            return Knocked(answer: answer, reason: "HTTP \(answer.status)")
        } catch {
            switch error {
            case .unreachable(_, let reason), .invalid(let reason): return Knocked(reason: reason)
            default: return Knocked(reason: "no answer within \(GatewayKnock.patience.text)")
            }
        }
    }
}
