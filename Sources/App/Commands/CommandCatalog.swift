/// Every command; one line here adds one to parsing, help, completions and the docs page.
@MainActor
enum CommandCatalog {
    static var all: [Command] {
        GatewayCommands.all + StatusCommands.all + ConfigCommands.all + AgentCommands.all + ModelCommands.all
            + ChannelCommands.all + ChannelSetupCommands.all + MessageCommands.all + PairingCommands.all
            + ApprovalCommands.all
            + DeviceCommands.all + LogCommands.all
            + DoctorCommands.all + SetupCommands.all + OnboardCommands.all + MigrateCommands.all
            + FlyCommands.all
            + CompletionCommands.all
    }
}
