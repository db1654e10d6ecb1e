import Core

/// Groups that have become supergroups, and so have another id: config and stored replies may still have the old one.
struct TelegramMoves {
    /// Moves remembered; a gateway sees one in months.
    private static let most = 100

    private var byOld: [(old: Int, new: Int)] = []

    init(json: JSON? = nil) {
        for (old, new) in json?.objectValue ?? [:] {
            if let old = Int(old), let new = new.intValue { byOld.append((old, new)) }
        }
    }

    var json: JSON { .object(JSONObject(byOld.map { (String($0.old), JSON($0.new)) })) }

    /// Returns whether that was not known.
    mutating func note(_ old: Int, became new: Int) -> Bool {
        guard old != new, current(old) != new else { return false }
        byOld.removeAll { $0.old == old }
        byOld.append((old, new))
        if byOld.count > Self.most { byOld.removeFirst() }
        return true
    }

    /// The chat's id now.
    func current(_ chat: Int) -> Int { byOld.last { $0.old == chat }?.new ?? chat }

    /// What the chat's id was before.
    func former(_ chat: Int) -> Int? { byOld.last { $0.new == chat }?.old }
}
