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

/// A program that measures; run it with `swift run -c release NAME`.
func benchmark(_ name: String, at folder: String, _ imports: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: imports, path: "Benchmarks/\(folder)", swiftSettings: house)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingFox: Target.Dependency = .product(name: "FlyingFox", package: "FlyingFox")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")

// Without contraction every set rounds alike. Jumps that end on a 32-byte border are slow on Intel's cores from Skylake to
// Cascade Lake (erratum of jump conditional code): short kernels lost up to a fifth, by chance.
#if arch(x86_64)
    let kernelFlags = ["-O3", "-ffp-contract=off", "-mbranches-within-32B-boundaries"]
#else
    let kernelFlags = ["-O3", "-ffp-contract=off"]
#endif

let package = Package(
    name: "swiftlet",
    products: [
        .executable(name: "swiftlet", targets: ["swiftlet"]),
        .library(
            name: "SwiftletKit", targets: ["SwiftletKit", "Reports", "Quantities", "Search", "Bundles"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(kernelFlags)]),
        .target(name: "CDigits"),
        .target(name: "CShipped"),
        .target(name: "CPage"),

        wall("Quantities"),
        wall("Determinism"),
        wall("Reports", ["Quantities", "Determinism", "CPage"]),
        wall("YAMLReader", [yams]),
        wall("ModelGraph"),
        wall("Numerics", ["COpenBLAS"]),
        wall("Kernels", ["CKernels"]),
        wall("Trees", ["Determinism"]),
        wall("Engine", ["ModelGraph", "Kernels"]),
        wall("Training", ["Determinism", "ModelGraph", "Kernels"]),
        wall("ModelCompression", ["ModelGraph", "Engine"]),
        .target(
            name: "ONNXFormat", dependencies: ["ModelGraph", protobuf],
            exclude: ["Generated/README.md", "Generated/onnx.proto"], swiftSettings: house),
        wall("TFLiteFormat", ["ModelGraph"]),
        wall("Archives", ["CZlib"]),
        wall(
            "Datasets",
            ["Quantities", "Determinism", "Archives", "CDigits", "CPNG", "CTurboJPEG", "CSndFile"]),
        wall("SearchSpaces", ["Determinism", "ModelGraph", "YAMLReader"]),
        wall("Devices", ["Quantities", "ModelGraph", "Numerics", "YAMLReader"]),
        wall("Runners"),
        wall("Search", ["Quantities", "Determinism", "SearchSpaces", "Numerics"]),
        wall("ExperimentStore", ["Quantities", "Determinism", "Archives", "Search", grdb]),
        wall(
            "Candidates",
            [
                "Quantities", "Determinism", "Numerics", "Trees", "ModelGraph", "Engine", "Training",
                "ModelCompression", "Datasets", "SearchSpaces", "Devices", "Search",
            ]),
        wall(
            "Bundles",
            [
                "Quantities", "Determinism", "Archives", "ModelGraph", "Engine", "Datasets", "Devices",
                "ONNXFormat",
                "TFLiteFormat",
            ]),
        wall(
            "Jobs",
            [
                "Quantities", "Determinism", "YAMLReader", "ModelGraph", "Numerics", "Kernels", "Engine",
                "Training", "ModelCompression", "Archives", "Datasets", "SearchSpaces", "Devices", "Search",
                "ExperimentStore", "Candidates", "Bundles", "Runners", "ONNXFormat", "TFLiteFormat",
                "CShipped",
            ]),
        wall(
            "SwiftletKit",
            [
                "Quantities", "Determinism", "YAMLReader", "ModelGraph", "Numerics", "Kernels", "Engine",
                "Training", "ModelCompression", "ONNXFormat", "TFLiteFormat", "Archives", "Datasets",
                "SearchSpaces", "Devices", "Search", "ExperimentStore", "Candidates", "Bundles", "Runners",
                "Jobs",
                "Reports",
            ]),
        wall(
            "SwiftletService",
            [
                "Quantities", "Determinism", "Search", "Bundles", "Reports", "SwiftletKit", flyingFox,
                flyingSocks,
            ]),
        .executableTarget(
            name: "swiftlet",
            dependencies: [
                "Quantities", "ModelGraph", "Search", "Bundles", "Reports", "SwiftletKit", "SwiftletService",
                arguments,
            ],
            swiftSettings: house),

        benchmark(
            "engine-benchmark", at: "EngineBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "ONNXFormat", "TFLiteFormat", "Candidates"]),
        benchmark(
            "training-benchmark", at: "TrainingBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Training"]),
        benchmark(
            "compression-benchmark", at: "CompressionBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "Training", "SearchSpaces"]),
        benchmark(
            "search-benchmark", at: "SearchBenchmark",
            [
                "Quantities", "Determinism", "Datasets", "SearchSpaces", "Devices", "Search", "Candidates",
            ]),
        benchmark(
            "device-tables", at: "DeviceTables",
            [
                "Determinism", "ModelGraph", "Numerics", "Engine", "ModelCompression",
                "Datasets",
                "SearchSpaces", "Devices", "Candidates",
            ]),

        .target(
            name: "ReaderMutations", dependencies: ["Determinism", "Datasets"],
            path: "Benchmarks/ReaderMutations", swiftSettings: house),
        .target(
            name: "InputMutations",
            dependencies: ["Quantities", "Determinism", "ReaderMutations", "Reports", "SwiftletKit", grdb],
            path: "Benchmarks/InputMutations", swiftSettings: house),
        benchmark(
            "model-mutations", at: "ModelMutations",
            ["Determinism", "ModelGraph", "Engine", "ONNXFormat", "TFLiteFormat", "ReaderMutations"]),
        benchmark("mutation-runs", at: "MutationRuns", ["ReaderMutations", "InputMutations"]),
        benchmark(
            "generated-graphs", at: "GeneratedGraphs",
            ["Determinism", "ModelGraph", "Engine", "Archives", "ONNXFormat", "TFLiteFormat"]),
        benchmark("data-benchmark", at: "DataBenchmark", ["Archives", "Datasets", "ReaderMutations"]),
        benchmark(
            "quantization-benchmark", at: "QuantizationBenchmark",
            [
                "ModelCompression", "Datasets", "Determinism", "Candidates", "ModelGraph", "Quantities",
                "SearchSpaces",
            ]),

        tests("QuantitiesTests", ["Quantities"]),
        tests("RunnersTests", ["Runners"]),
        tests("NumericsTests", ["Numerics"]),
        tests("TreesTests", ["Determinism", "Trees"]),
        benchmark(
            "transfer", at: "Transfer",
            [
                "Candidates", "Datasets", "Determinism", "ModelCompression", "ModelGraph", "ONNXFormat",
                "Search", "SearchSpaces", "Training", "YAMLReader",
            ]),
        benchmark(
            "weight-sharing", at: "WeightSharing",
            [
                "Candidates", "Datasets", "Determinism", "ModelGraph", "Quantities", "Search", "SearchSpaces",
                "Training",
            ]),

        tests("DeterminismTests", ["Determinism"]),
        tests("ReportsTests", ["Quantities", "Reports"]),
        tests("YAMLReaderTests", ["YAMLReader"]),
        tests("ModelGraphTests", ["Determinism", "ModelGraph"]),
        tests("EngineTests", ["Determinism", "ModelGraph", "Kernels", "Engine"]),
        tests("TrainingTests", ["Determinism", "ModelGraph", "Kernels", "Training"]),
        tests(
            "ModelCompressionTests",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "ModelCompression"]),
        tests("ONNXFormatTests", ["Determinism", "ModelGraph", "Engine", "ONNXFormat"]),
        tests("TFLiteFormatTests", ["ModelGraph", "Engine", "TFLiteFormat"]),
        tests("ArchivesTests", ["Archives"]),
        tests("DatasetsTests", ["Quantities", "Datasets", "ReaderMutations"]),
        tests("SearchSpacesTests", ["Determinism", "ModelGraph", "SearchSpaces", "YAMLReader"]),
        tests(
            "DevicesTests",
            ["Quantities", "Determinism", "ModelGraph", "TFLiteFormat", "Devices", "YAMLReader"]),
        tests("SearchTests", ["Quantities", "Determinism", "Search", "SearchSpaces"]),
        tests(
            "ExperimentStoreTests",
            ["Quantities", "Determinism", "Archives", "ExperimentStore", "Search", grdb]),
        tests(
            "CandidatesTests",
            [
                "Quantities", "Determinism", "ModelGraph", "Training", "ModelCompression", "Datasets",
                "SearchSpaces",
                "Devices", "Search", "Candidates",
            ]),
        tests(
            "JobsTests",
            [
                "Determinism", "Devices", "Quantities", "Runners", "SearchSpaces", "Datasets", "Search",
                "Candidates",
                "Jobs",
            ]),
        tests(
            "SwiftletKitTests",
            [
                "Quantities", "Archives", "ModelGraph", "Kernels", "Engine", "Datasets", "Search",
                "Candidates", "Bundles", "Jobs", "Reports", "SwiftletKit", "ReaderMutations",
                "InputMutations",
            ]),
        tests("SwiftletServiceTests", ["Determinism", "Reports", "SwiftletKit", "SwiftletService"]),
        tests("ArchitectureTests", []),
    ],
    swiftLanguageModes: [.v6]
)
