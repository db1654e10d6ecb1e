import Core
import Testing
import Wire

@testable import Gateway

struct HealthRoutesTests {
    private func answer(
        _ path: String, method: String = "GET", isReady: Bool = true, failing: [String] = [],
        showsDetail: Bool = true
    ) -> HTTPResponse? {
        HealthRoutes(isReady: isReady, failing: failing, uptime: .seconds(3), showsDetail: { showsDetail })
            .response(to: .sample(path, method: method))
    }

    private func json(_ response: HTTPResponse?) throws -> JSON {
        guard case .bytes(let bytes) = response?.body else { return .null }
        return try JSON.parse(bytes)
    }

    @Test(arguments: ["/healthz", "/health"])
    func `the process says that it lives, also before it is ready`(path: String) throws {
        let response = answer(path, isReady: false)

        #expect(response?.status == 200)
        #expect(try json(response) == ["ok": true, "status": "live"])
        #expect(response?.headers["cache-control"] == "no-store")
    }

    @Test(arguments: ["/readyz", "/ready"])
    func `ready is what can serve`(path: String) throws {
        #expect(answer(path)?.status == 200)
        #expect(answer(path, isReady: false)?.status == 503)
        let failing = answer(path, failing: ["database"])
        #expect(failing?.status == 503)
        #expect(try json(failing)["failing"] == ["database"])
    }

    @Test
    func `strangers are not told what fails`() throws {
        #expect(try json(answer("/readyz", failing: ["database"], showsDetail: false)) == ["ready": false])
    }

    @Test(arguments: [true, false])
    func `everybody is told that the volume is full`(showsDetail: Bool) throws {
        let response = HealthRoutes(
            isReady: true, failing: [], reason: "volume full", uptime: .seconds(3),
            showsDetail: { showsDetail }
        ).response(to: .sample("/readyz"))

        #expect(response?.status == 503)
        #expect(try json(response)["reason"] == "volume full")
    }

    @Test
    func `checks are only read`() {
        let response = answer("/healthz", method: "POST")

        #expect(response?.status == 405)
        #expect(response?.headers["allow"] == "GET, HEAD")
    }

    @Test
    func `other paths are somebody else's`() { #expect(answer("/healthzz")?.status == nil) }
}
