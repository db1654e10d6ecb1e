// swift-tools-version: 6.2
import PackageDescription

// Eight rooms and a front door (ARCHITECTURE.md). A room may import only what is listed here; the build runs with
// `--explicit-target-dependency-import-check error`, so the compiler keeps the arrows pointing down.
//
// No `pkgConfig` on the C libraries: SwiftPM would put the system folder before our folder of static archives, and the
// shared libraries would win. The module maps name what to link.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// For what is shipped: the standard library's regular expressions, which nothing here uses, stay out (Core's TextSearch).
let fast =
    strict + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

/// Most rooms are built for size; those that loop over bytes (Core, Wire) and those of every turn (Store, Agent) for speed:
/// with `-Osize` a generic loop over bytes is twenty times slower, and a turn takes a tenth more instructions.
let small = fast + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

func room(_ name: String, _ imports: [Target.Dependency], _ settings: [SwiftSetting] = small) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: settings)
}

func tests(of name: String, _ imports: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + imports,
        swiftSettings: strict)
}

let package = Package(
    name: "openclaw",
    platforms: [.macOS("26.4")],
    products: [
        .executable(name: "openclaw", targets: ["App"]),
        .executable(name: "wire-echo", targets: ["WireEcho"]),
    ],
    targets: [
        // Cellars: one C library each, no logic.
        .systemLibrary(name: "CEvent", providers: [.apt(["libevent-dev"]), .brew(["libevent"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "CCurl"),  // needs headers only: release.sh links libcurl, a debug build opens it
        .target(name: "CSystem"),

        // Ground.
        room("Core", [], fast),
        room("Wire", ["CEvent", "CCurl", "COpenSSL", "CZlib", "CSystem"], fast),
        // Inside.
        room("Store", ["Core", "CSQLite", "CSystem"], fast),
        room("Agent", ["Core", "Store"], fast),
        // Facing out: these never import each other.
        room("Gateway", ["Core", "Wire", "Store", "Agent"]),
        room("Channels", ["Core", "Wire"]),
        room("Models", ["Core", "Wire"]),
        room("Tools", ["Core", "Wire", "CSystem"]),
        // Front door.
        .executableTarget(
            name: "App",
            dependencies: [
                "Core", "Wire", "Store", "Agent", "Gateway", "Channels", "Models", "Tools", "CSystem",
            ],
            swiftSettings: small),
        .executableTarget(name: "WireEcho", dependencies: ["Wire"], swiftSettings: fast),

        .target(
            name: "TestSupport", dependencies: ["Core"], path: "Tests/TestSupport", swiftSettings: strict),
        tests(of: "Core"),
        tests(of: "Wire", ["CZlib"]),
        tests(of: "Store", ["Core"]),
        tests(of: "Agent", ["Core", "Store"]),
        tests(of: "Channels", ["Core", "Wire"]),
        tests(of: "Models", ["Core", "Wire"]),
        tests(of: "Tools", ["Core", "Wire"]),
        tests(of: "Gateway", ["Core", "Wire", "Store", "Agent"]),
        tests(of: "App", ["Core", "Agent", "Gateway"]),
        .testTarget(name: "HouseTests", swiftSettings: strict),
    ]
)
