// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target speaks the same strict dialect; warnings are errors where the environment says so (`.ci/run`).
let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["SWIFTLET_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A target and the only targets (and packages) it may import; the same table stands in docs/architecture.md.
func wall(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: house)
}

func tests(_ name: String, _ imports: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: imports, swiftSettings: house)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "swiftlet",
    products: [
        .executable(name: "swiftlet", targets: ["swiftlet"])
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),
        .target(name: "CDigits"),
        .target(name: "CShipped"),

        wall("Determinism"),
        wall("YAMLReader", [yams]),
        wall("ModelGraph"),
        wall("LinearAlgebra", ["COpenBLAS"]),
        wall("Kernels", ["CKernels", "LinearAlgebra"]),
        wall("Engine", ["ModelGraph", "Kernels"]),
        wall("Training", ["Determinism", "ModelGraph", "Engine", "Kernels"]),
        wall("Compression", ["ModelGraph", "Engine", "Training"]),
        wall("ONNXFormat", ["ModelGraph", protobuf]),
        wall("TFLiteFormat", ["ModelGraph"]),
        wall("Datasets", ["Determinism", "CDigits", "CZlib"]),
        wall("SearchSpaces", ["Determinism", "ModelGraph", "YAMLReader"]),
        wall("Devices", ["ModelGraph", "LinearAlgebra", "YAMLReader"]),
        wall("Search", ["Determinism", "SearchSpaces", "LinearAlgebra"]),
        wall("ExperimentStore", ["Determinism", "Search", grdb]),
        wall(
            "Evaluation",
            [
                "Determinism", "ModelGraph", "Engine", "Training", "Compression", "Datasets", "SearchSpaces", "Devices",
                "Search",
            ]),
        wall(
            "SwiftletKit",
            [
                "Determinism", "YAMLReader", "ModelGraph", "LinearAlgebra", "Kernels", "Engine", "Training", "Compression",
                "ONNXFormat", "TFLiteFormat", "Datasets", "SearchSpaces", "Devices", "Search", "ExperimentStore",
                "Evaluation", "CShipped",
            ]),
        .executableTarget(name: "swiftlet", dependencies: ["SwiftletKit", arguments], swiftSettings: house),

        tests("DeterminismTests", ["Determinism"]),
        tests("YAMLReaderTests", ["YAMLReader"]),
        tests("ModelGraphTests", ["ModelGraph"]),
        tests("DatasetsTests", ["Determinism", "Datasets"]),
        tests("SearchSpacesTests", ["Determinism", "ModelGraph", "SearchSpaces", "Datasets", "YAMLReader"]),
        tests("DevicesTests", ["ModelGraph", "Devices", "YAMLReader"]),
        tests("SearchTests", ["Determinism", "Search", "SearchSpaces"]),
        tests("ExperimentStoreTests", ["ExperimentStore", "Search", "SearchSpaces"]),
        tests("SwiftletKitTests", ["SwiftletKit"]),
        tests("ArchitectureTests", []),
    ],
    swiftLanguageModes: [.v6]
)
