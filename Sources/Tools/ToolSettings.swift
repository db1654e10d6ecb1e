import CSystem

/// What the config file says about tools.
package struct ToolSettings: Sendable {
    /// `tools.fs.workspaceOnly`: file tools stay inside the agent's workspace.
    package var workspaceOnly = true
    /// `tools.exec.timeoutSec`: a command that runs longer is ended.
    package var execTimeout: Duration = .seconds(1_800)
    package var limits = ProcessLimits()
    /// `PATH` of commands; nil: the gateway's own.
    package var path: String?

    package init() {}
}

/// How much of the machine one child process may take; nil sets no limit.
package struct ProcessLimits: Sendable, Hashable {
    /// Bytes of data a process.
    ///
    /// Three quarters of the machine, so that the gateway always has room.
    package var memoryBytes: Int? = max(Int(csystem_physical_memory()) / 4 * 3, 256 << 20)
    /// Beyond those that run already: enough for a parallel build, too few for a fork bomb.
    package var processes: Int? = 256
    /// A process that computes for half an hour without an end in sight has none.
    package var cpuSeconds: Int? = 1_800
    /// Bytes of one file it writes: a runaway log must not fill the volume.
    package var fileBytes: Int? = 1 << 30
    package var openFiles: Int? = 1_024

    package init() {}
}
