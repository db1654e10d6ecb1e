import Core
import Testing

@testable import Models

struct RestTableTests {
    let model = ModelReference(provider: "p", model: "m")
    let sibling = ModelReference(provider: "p", model: "n")
    let key = Credential(id: "p:env", provider: "p", kind: .apiKey, secret: Secret("k"))
    let start = Timestamp(milliseconds: 1_000_000_000)

    @Test func `a rest grows from one minute to an hour`() {
        var table = RestTable()
        var now = start
        var rests: [Int64] = []
        for _ in 0..<6 {
            let cooldown = table.fail(key, model, .overload, rules: CooldownRules(), at: now)
            rests.append((cooldown.until - now).components.seconds)
            now = cooldown.until
        }
        #expect(rests == [60, 300, 1500, 3600, 3600, 3600])
    }

    @Test func `billing rests for five hours, then doubles up to a day`() {
        var table = RestTable()
        var now = start
        var hours: [Int64] = []
        for _ in 0..<5 {
            let cooldown = table.fail(key, model, .billing, rules: CooldownRules(), at: now)
            hours.append((cooldown.until - now).components.seconds / 3600)
            now = cooldown.until
        }
        #expect(hours == [5, 10, 20, 24, 24])
    }

    @Test func `a provider may have its own billing rest`() {
        var rules = CooldownRules()
        rules.billingFirstByProvider = ["p": .seconds(60)]
        var table = RestTable()
        #expect(table.fail(key, model, .billing, rules: rules, at: start).until == start + .seconds(60))
    }

    @Test func `a rate limit concerns one model, a wrong key all of them`() {
        var table = RestTable()
        _ = table.fail(key, model, .rateLimit(retryAfter: nil), rules: CooldownRules(), at: start)
        #expect(table.rest(of: key.id, model, at: start) != nil)
        #expect(table.rest(of: key.id, sibling, at: start) == nil)

        _ = table.fail(key, model, .authentication, rules: CooldownRules(), at: start)
        #expect(table.rest(of: key.id, sibling, at: start) != nil)
        #expect(table.rest(of: "other", model, at: start) == nil)
    }

    @Test func `what the server asks for counts`() {
        var table = RestTable()
        let short = table.fail(
            key, model, .rateLimit(retryAfter: .seconds(7)), rules: CooldownRules(), at: start)
        #expect(short.until == start + .seconds(7))
        let long = table.fail(
            key, model, .rateLimit(retryAfter: .seconds(999_999)), rules: CooldownRules(), at: start)
        #expect(long.until == start + .seconds(24 * 3600))
    }

    @Test func `a rest is over at its end, and failures a day apart are not in a row`() {
        var table = RestTable()
        let first = table.fail(key, model, .overload, rules: CooldownRules(), at: start)
        #expect(table.rest(of: key.id, model, at: first.until) == nil)

        let later = table.fail(
            key, model, .overload, rules: CooldownRules(), at: first.until + .seconds(25 * 3600))
        #expect(later.failures == 1)
    }

    @Test func `a success wakes the model and the credential, and nobody else`() {
        var table = RestTable()
        _ = table.fail(key, model, .overload, rules: CooldownRules(), at: start)
        _ = table.fail(key, sibling, .overload, rules: CooldownRules(), at: start)
        _ = table.fail(key, model, .billing, rules: CooldownRules(), at: start)

        #expect(table.wake(key.id, model).count == 2)
        #expect(table.all.map(\.model) == ["p/n"])
    }
}
