/// All that one database remembers, by subject.
package struct Stores: Sendable {
    package let database: Database
    package let sessions: SessionStore
    package let inbox: InboxStore
    package let journal: TurnJournal
    package let outbox: OutboxStore
    package let devices: DeviceStore
    package let pairing: PairingStore
    package let usage: UsageStore
    package let meta: MetaStore
    package let cron: CronStore
    package let channelMemory: ChannelMemoryStore
    package let overheard: OverheardStore

    package init(_ database: Database) {
        self.database = database
        sessions = SessionStore(database)
        inbox = InboxStore(database)
        journal = TurnJournal(database)
        outbox = OutboxStore(database)
        devices = DeviceStore(database)
        pairing = PairingStore(database)
        usage = UsageStore(database)
        meta = MetaStore(database)
        cron = CronStore(database)
        channelMemory = ChannelMemoryStore(database)
        overheard = OverheardStore(database)
    }
}
