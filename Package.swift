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
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(kernelFlags)]),
        .target(name: "CDigits"),
        .target(name: "CShipped"),

        wall("Quantities"),
        wall("Determinism"),
        wall("YAMLReader", [yams]),
        wall("ModelGraph"),
        wall("LinearAlgebra", ["COpenBLAS"]),
        wall("Kernels", ["CKernels", "LinearAlgebra"]),
        wall("Engine", ["ModelGraph", "Kernels"]),
        wall("Training", ["Determinism", "ModelGraph", "Engine", "Kernels"]),
        wall("Compression", ["ModelGraph", "Engine", "Training"]),
        .target(
            name: "ONNXFormat", dependencies: ["ModelGraph", protobuf],
            exclude: ["Generated/README.md", "Generated/onnx.proto"], swiftSettings: house),
        wall("TFLiteFormat", ["ModelGraph"]),
        wall("ArrayFiles", ["CZlib"]),
        wall(
            "Datasets",
            [
                "Quantities", "Determinism", "ArrayFiles", "CDigits", "CZlib", "CPNG", "CTurboJPEG",
                "CSndFile",
            ]),
        wall("SearchSpaces", ["Determinism", "ModelGraph", "YAMLReader"]),
        wall("Devices", ["Quantities", "ModelGraph", "LinearAlgebra", "YAMLReader"]),
        wall("Search", ["Quantities", "Determinism", "SearchSpaces", "LinearAlgebra"]),
        wall("ExperimentStore", ["Quantities", "Determinism", "Search", grdb]),
        wall(
            "Evaluation",
            [
                "Quantities", "Determinism", "ModelGraph", "Engine", "Training", "Compression", "Datasets",
                "SearchSpaces", "Devices", "Search",
            ]),
        wall(
            "SwiftletKit",
            [
                "Quantities", "Determinism", "YAMLReader", "ModelGraph", "LinearAlgebra", "Kernels", "Engine",
                "Training",
                "Compression",
                "ONNXFormat", "TFLiteFormat", "ArrayFiles", "Datasets", "SearchSpaces", "Devices", "Search",
                "ExperimentStore",
                "Evaluation", "CShipped",
            ]),
        .executableTarget(name: "swiftlet", dependencies: ["SwiftletKit", arguments], swiftSettings: house),

        benchmark(
            "engine-benchmark", at: "EngineBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "ONNXFormat", "TFLiteFormat"]),
        benchmark(
            "training-benchmark", at: "TrainingBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Training"]),
        benchmark(
            "compression-benchmark", at: "CompressionBenchmark",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "Training", "SearchSpaces"]),
        benchmark(
            "search-benchmark", at: "SearchBenchmark", ["Quantities", "Datasets", "SearchSpaces", "Search"]),
        benchmark(
            "device-tables", at: "DeviceTables",
            [
                "Quantities", "Determinism", "ModelGraph", "LinearAlgebra", "Engine", "Compression",
                "Datasets",
                "SearchSpaces", "Devices", "Evaluation", "YAMLReader",
            ]),

        .target(
            name: "ReaderMutations", dependencies: ["Determinism", "Datasets"],
            path: "Benchmarks/ReaderMutations", swiftSettings: house),
        benchmark("data-benchmark", at: "DataBenchmark", ["ArrayFiles", "Datasets", "ReaderMutations"]),
        benchmark(
            "quantization-benchmark", at: "QuantizationBenchmark",
            ["Compression", "Datasets", "Determinism", "Evaluation", "ModelGraph", "SearchSpaces"]),

        tests("QuantitiesTests", ["Quantities"]),
        tests("DeterminismTests", ["Determinism"]),
        tests("YAMLReaderTests", ["YAMLReader"]),
        tests("ModelGraphTests", ["Determinism", "ModelGraph"]),
        tests("EngineTests", ["Determinism", "ModelGraph", "Kernels", "Engine"]),
        tests("TrainingTests", ["Determinism", "ModelGraph", "Kernels", "Training"]),
        tests(
            "CompressionTests",
            ["Determinism", "ModelGraph", "Kernels", "Engine", "Training", "Compression"]),
        tests("ONNXFormatTests", ["Determinism", "ModelGraph", "Engine", "ONNXFormat"]),
        tests("TFLiteFormatTests", ["ModelGraph", "Engine", "TFLiteFormat"]),
        tests("ArrayFilesTests", ["ArrayFiles"]),
        tests("DatasetsTests", ["Quantities", "Determinism", "Datasets", "ReaderMutations"]),
        tests("SearchSpacesTests", ["Determinism", "ModelGraph", "SearchSpaces", "YAMLReader"]),
        tests("DevicesTests", ["Quantities", "Determinism", "ModelGraph", "Devices", "YAMLReader"]),
        tests("SearchTests", ["Quantities", "Determinism", "Search", "SearchSpaces"]),
        tests(
            "ExperimentStoreTests",
            ["Quantities", "Determinism", "ExperimentStore", "Search", "SearchSpaces", grdb]),
        tests(
            "EvaluationTests",
            [
                "Quantities", "Determinism", "ModelGraph", "Training", "Compression", "Datasets",
                "SearchSpaces",
                "Devices", "Search", "Evaluation",
            ]),
        tests(
            "SwiftletKitTests",
            ["Quantities", "ModelGraph", "Kernels", "Engine", "Datasets", "Evaluation", "SwiftletKit"]),
        tests("ArchitectureTests", []),
    ],
    swiftLanguageModes: [.v6]
)
