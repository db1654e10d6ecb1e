import Core

/// Which place here each of the original's workspaces gets: one for one, so that no two of them mix.
struct WorkspacePlan {
    private(set) var places: [(workspace: String, target: String)] = []

    /// The place of a workspace, given by its real path: `wanted`, or with a number where another folder goes there.
    mutating func place(_ workspace: String, at wanted: String) -> String {
        if let outer = places.first(where: { RealPath.isInside(workspace, $0.workspace) }) {
            return outer.target + workspace.dropFirst(outer.workspace.count)
        }
        var (target, number) = (wanted, 1)
        while !isFree(target, for: workspace) {
            number += 1
            target = "\(wanted)-\(number)"
        }
        places.append((workspace, target))
        return target
    }

    /// Whether a folder goes there without meeting another one; one may lie in the other as they did before.
    func isFree(_ target: String, for workspace: String) -> Bool {
        places.allSatisfy { other in
            if RealPath.isInside(target, other.target) {
                return workspace == other.workspace + target.dropFirst(other.target.count)
            }
            guard RealPath.isInside(other.target, target) else { return true }
            return other.workspace == workspace + other.target.dropFirst(target.count)
        }
    }
}
