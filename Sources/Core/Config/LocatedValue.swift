/// A value of the config that remembers which file it came from, so that a message can point there.
struct LocatedValue {
    enum Content {
        case scalar(JSON)
        case array([LocatedValue])
        case object([Member])
    }

    struct Member {
        var key: String
        /// Where the key is written.
        var place: Place
        var value: LocatedValue
    }

    /// A file, by its number in the order of reading, and a byte in it.
    struct Place {
        var file: Int
        var offset: Int
    }

    var place: Place
    var content: Content

    init(place: Place, content: Content) {
        self.place = place
        self.content = content
    }

    /// Of a repeated key only the last one stays, where the first one was.
    init(_ node: JSON5Node, file: Int) {
        place = Place(file: file, offset: node.range.lowerBound)
        switch node.content {
        case .scalar(let value): content = .scalar(value)
        case .array(let items): content = .array(items.map { LocatedValue($0, file: file) })
        case .object(let members):
            var kept: [Member] = []
            var places: [String: Int] = [:]
            for member in members {
                let new = Member(
                    key: member.key, place: Place(file: file, offset: member.keyRange.lowerBound),
                    value: LocatedValue(member.node, file: file))
                if let index = places[member.key] {
                    kept[index] = new
                } else {
                    places[member.key] = kept.count
                    kept.append(new)
                }
            }
            content = .object(kept)
        }
    }

    var json: JSON {
        switch content {
        case .scalar(let value): value
        case .array(let items): .array(items.map(\.json))
        case .object(let members): .object(JSONObject(members.lazy.map { ($0.key, $0.value.json) }))
        }
    }

    /// Objects are merged member by member, lists are put one behind the other, of anything else `other`
    /// wins.
    func merged(with other: LocatedValue) -> LocatedValue {
        switch (content, other.content) {
        case (.array(let mine), .array(let theirs)):
            return LocatedValue(place: other.place, content: .array(mine + theirs))
        case (.object(var members), .object(let theirs)):
            let places = Dictionary(uniqueKeysWithValues: members.indices.map { (members[$0].key, $0) })
            for member in theirs {
                if let index = places[member.key] {
                    members[index].value = members[index].value.merged(with: member.value)
                    members[index].place = member.place
                } else {
                    members.append(member)
                }
            }
            return LocatedValue(place: other.place, content: .object(members))
        default: return other
        }
    }
}
