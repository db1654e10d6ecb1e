import Agent
import Core

/// Tells those who follow a session about each new message of its transcript: `session.message`.
@MainActor
struct SessionMessages {
    let settings: SettingsBox
    let broadcaster: EventBroadcaster

    func tell(_ messages: [AppendedMessage], of event: TurnEvent) {
        let listeners = broadcaster.connections.filter {
            $0.generation == .four && $0.subscriptions.wantsMessages(of: event.session) && $0.maySee(.read)
        }
        guard !listeners.isEmpty else { return }
        for message in messages {
            let body = EventBody("session.message", payload: payload(message, event))
            for connection in listeners { connection.deliver(body, isDroppable: true) }
        }
    }

    private func payload(_ message: AppendedMessage, _ event: TurnEvent) -> [UInt8] {
        let json = message.message.json
        let place = HistoryMessage.Place(
            id: message.id, sequence: message.sequence, recordedAt: event.at, run: event.run)
        let encoded = HistoryMessage.encoded(
            json.encoded(), role: json["role"]?.stringValue ?? "", place: place, .four)
        return .jsonObject(capacity: encoded.count + 512) {
            $0.add("sessionKey", event.session)
            $0.add("agentId", settings.now.agent(of: event.session))
            if let sessionID = event.sessionID { $0.add("sessionId", sessionID) }
            $0.add("message", encoded: encoded)
            $0.add("messageId", message.id)
            $0.add("messageSeq", message.sequence)
            $0.add("updatedAt", event.at)
        }
    }
}
