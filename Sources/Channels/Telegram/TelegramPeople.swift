import Core

/// The ids of people who are answered, by their user names: Telegram itself finds nobody by a name.
@MainActor
final class TelegramPeople {
    /// People remembered; who came first is forgotten first, but nobody whom the config names.
    private static let most = 200
    private static let memoryName = "people"

    private let named: Set<SenderMatch.Person>
    private var people: [(name: String, id: Int)] = []
    private var memory: ChannelMemory?

    /// `named` are those of the config who may have to be asked something.
    init(named: [String] = []) { self.named = Set(named.compactMap { SenderMatch.person($0) }) }

    /// Finds those who wrote before the start.
    func begin(_ memory: ChannelMemory) async {
        self.memory = memory
        people = ((await memory.load(Self.memoryName))?.arrayValue ?? []).compactMap { person in
            guard let name = person["name"]?.stringValue, let id = person["id"]?.intValue else { return nil }
            return (name, id)
        }
    }

    /// Who has the name now, in lower case and without `@`.
    subscript(name: String) -> Int? { people.first { $0.name == name }?.id }

    /// Somebody has written who is answered.
    func note(_ name: String, is id: Int) async {
        let name = name.lowercased()
        guard self[name] != id else { return }
        people.removeAll { $0.name == name || $0.id == id }
        people.append((name, id))
        if people.count > Self.most, let first = people.firstIndex(where: { !named.contains(.name($0.name)) })
        {
            people.remove(at: first)
        }
        let json = people.map { ["name": .string($0.name), "id": JSON($0.id)] as JSON }
        await memory?.save(Self.memoryName, .array(json))
    }

    /// Whether this is known of them.
    func knows(_ name: String, is id: Int) -> Bool { self[name.lowercased()] == id }
}
