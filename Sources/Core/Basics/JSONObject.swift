/// The members of a JSON object in the order they were written.
///
/// A repeated key keeps its first place and its last value.
///
/// Keys are Swift strings: two spellings that Unicode holds for the same text are one key.
package struct JSONObject: Sendable, Hashable {
    package typealias Member = (key: String, value: JSON)

    /// Without labels, so that what the compiler makes of a literal is taken as it is.
    private var members: [(String, JSON)] = []
    /// Built once an object is large; small ones are faster to scan.
    private var places: [String: Int]?

    private static let largestScannedCount = 32

    package init() {}

    package init(_ members: some Sequence<(String, JSON)>) {
        for (key, value) in members { self[key] = value }
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// Setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get { place(of: key).map { members[$0].1 } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): members[place].1 = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
    }

    /// Equal objects may list their members in another order, so members are mixed without order.
    package func hash(into hasher: inout Hasher) {
        var mixed = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            mixed ^= member.finalize()
        }
        hasher.combine(mixed)
    }

    private func place(of key: String) -> Int? {
        places == nil ? members.firstIndex { $0.0 == key } : places?[key]
    }

    private mutating func append(_ key: String, _ value: JSON) {
        places?[key] = members.count
        members.append((key, value))
        if places == nil && members.count > Self.largestScannedCount { indexPlaces() }
    }

    private mutating func remove(at place: Int) {
        members.remove(at: place)
        if places != nil { indexPlaces() }
    }

    private mutating func indexPlaces() {
        places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.0, $0) })
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> Member { (members[position].0, members[position].1) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(literal: elements) }

    /// The keys of a literal must differ.
    init(literal elements: [(String, JSON)]) {
        assert(Set(elements.map(\.0)).count == elements.count, "A key stands twice in a literal.")
        members = elements
        if members.count > Self.largestScannedCount { indexPlaces() }
    }
}
