import Core

/// Chooses among the efforts a vendor takes.
enum Effort {
    /// Vendors' names, lowest first.
    ///
    /// Our level `off` is their `none`.
    private static let ladder = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// The highest effort that is not above the level, or the lowest there is; nil when there is none.
    static func nearest(to level: ThinkingLevel, among efforts: [String]) -> String? {
        let wanted = ladder.firstIndex(of: level == .off ? "none" : level.rawValue) ?? 0
        let rungs = efforts.compactMap { effort in ladder.firstIndex(of: effort) }.sorted()
        guard let lowest = rungs.first else { return nil }
        return ladder[rungs.last { $0 <= wanted } ?? lowest]
    }
}
