import Core
import Testing
import Wire

@testable import Gateway

struct FailedLoginLimiterTests {
    private static func address(_ text: String) throws -> Guesser {
        .address(try #require(PeerAddress(text)).block)
    }

    private static func hearsay(_ text: String) throws -> Guesser {
        .hearsay(try #require(PeerAddress(text)).block)
    }

    private let start = Timestamp(milliseconds: 1_000_000)

    @Test
    func `ten wrong passwords within a minute lock an address out for five`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())
        let key = try Self.address("192.0.2.1")

        for attempt in 0..<10 {
            #expect(limiter.wait(key, isLoopback: false, now: start) == nil)
            limiter.failed(key, isLoopback: false, now: start + .seconds(attempt))
        }

        #expect(limiter.wait(key, isLoopback: false, now: start + .seconds(9)) == .seconds(300))
        #expect(limiter.wait(key, isLoopback: false, now: start + .seconds(310)) == nil)
        #expect(limiter.wait(try Self.address("192.0.2.2"), isLoopback: false, now: start) == nil)
    }

    @Test
    func `attempts of an earlier minute do not count`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())
        let key = try Self.address("192.0.2.1")

        for attempt in 0..<30 { limiter.failed(key, isLoopback: false, now: start + .seconds(attempt * 10)) }

        #expect(limiter.wait(key, isLoopback: false, now: start + .seconds(291)) == nil)
    }

    @Test
    func `a right password clears the count`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())
        let key = try Self.address("192.0.2.1")
        for _ in 0..<9 { limiter.failed(key, isLoopback: false, now: start) }

        limiter.succeeded(key, bySecret: true)
        limiter.failed(key, isLoopback: false, now: start)

        #expect(limiter.wait(key, isLoopback: false, now: start) == nil)
    }

    @Test(arguments: [true, false])
    func `loopback is exempt unless the config says otherwise`(isExempt: Bool) throws {
        var rules = LoginRules()
        rules.exemptLoopback = isExempt
        var limiter = FailedLoginLimiter(rules: rules)
        let key = try Self.address("127.0.0.1")

        for _ in 0..<20 { limiter.failed(key, isLoopback: true, now: start) }

        #expect((limiter.wait(key, isLoopback: true, now: start) == nil) == isExempt)
    }

    @Test
    func `many addresses do not make the table grow, and the latest is still counted`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())

        for number in 0..<9000 {
            let key = try Self.address("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)")
            limiter.failed(key, isLoopback: false, now: start + .milliseconds(number))
        }
        let last = try Self.address("192.0.2.9")
        for _ in 0..<10 { limiter.failed(last, isLoopback: false, now: start + .seconds(10)) }

        #expect(limiter.count <= 4096)
        #expect(limiter.wait(last, isLoopback: false, now: start + .seconds(10)) != nil)
    }

    @Test
    func `who invents an address for each guess is stopped all the same`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())

        for number in 0..<10 {
            let invented = try Self.hearsay("203.0.113.\(number)")
            #expect(limiter.wait(invented, isLoopback: false, now: start) == nil)
            limiter.failed(invented, isLoopback: false, now: start)
        }

        let next = try Self.hearsay("203.0.113.99")
        #expect(limiter.wait(next, isLoopback: false, now: start) == .seconds(300))
        #expect(limiter.wait(.hearsay(nil), isLoopback: false, now: start) == .seconds(300))
        #expect(limiter.wait(try Self.address("203.0.113.99"), isLoopback: false, now: start) == nil)
        #expect(limiter.wait(next, isLoopback: false, now: start + .seconds(300)) == nil)
    }

    @Test
    func `one guesser behind a truthful proxy locks out himself alone`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())
        let guesser = try Self.hearsay("203.0.113.1")

        for _ in 0..<50 { limiter.failed(guesser, isLoopback: false, now: start) }

        #expect(limiter.wait(guesser, isLoopback: false, now: start) != nil)
        #expect(limiter.wait(try Self.hearsay("203.0.113.2"), isLoopback: false, now: start) == nil)
    }

    @Test
    func `who has logged in before gets in while others guess, and has his own tries`() throws {
        var limiter = FailedLoginLimiter(rules: LoginRules())
        let known = try Self.hearsay("198.51.100.7")
        limiter.succeeded(known, bySecret: true)

        for number in 0..<20 {
            limiter.failed(try Self.hearsay("203.0.113.\(number)"), isLoopback: false, now: start)
        }
        #expect(limiter.wait(known, isLoopback: false, now: start) == nil)

        for _ in 0..<10 { limiter.failed(known, isLoopback: false, now: start) }
        #expect(limiter.wait(known, isLoopback: false, now: start) != nil)
    }
}
