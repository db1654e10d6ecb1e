import Core

/// Which parts of a state directory an import reads: all, or what an earlier one could not, and what is new.
struct ImportScope: Sendable {
    /// Each stands for itself and for what is in it, as a database does for its tables; nil for everything.
    private let places: Set<String>?

    static let everything = ImportScope(places: nil)

    init(places: Set<String>?) { self.places = places }

    var isEmpty: Bool { places?.isEmpty == true }

    func includes(_ place: String) -> Bool {
        places.map { places in Self.holding(place).contains { places.contains($0) } } ?? true
    }

    /// A place, and those that it lies in, from the inner to the outer.
    static func holding(_ place: String) -> some Sequence<String> {
        sequence(first: place) { inner in inner.lastIndex(of: "/").map { String(inner[..<$0]) } }
    }

    /// What of a place is to be read: all of it, or what it has of these places.
    func parts(of place: String) -> Set<String> {
        includes(place) ? [place] : (places ?? []).filter { RealPath.isInside($0, place) }
    }

    /// Whether the folder, or anything in it, is to be read.
    func reaches(_ folder: String) -> Bool {
        includes(folder) || places?.contains { RealPath.isInside($0, folder) } == true
    }
}
