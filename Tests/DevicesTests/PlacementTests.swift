import Devices
import Foundation
import ModelGraph
import Quantities
import TFLiteFormat
import Testing

@Suite("Placement on accelerators")
struct PlacementTests {
    /// A quantised network behind a conversion of its float32 input.
    private func graph() throws -> Graph {
        let scale = Quantization(scale: 0.1)
        var builder = GraphBuilder(name: "interface")
        let image = builder.input("image", ValueType([1, 16, 16, 8], .float32))
        let quantized = try builder.apply(.quantize(.int8, scale), to: [image])
        let weights = builder.constant("w", .unknown([16, 1, 1, 8], .int8))
        let result = try builder.apply(
            .convolution(Convolution(kernel: 1)), to: [quantized, weights])
        return builder.graph(outputs: [result])
    }

    @Test("A conversion of the input runs on the host and leaves the rest to the accelerator")
    func leadingConversion() throws {
        let result = price(try graph(), on: try Shipped.profile("coral-edge-tpu"))
        #expect(result.layers.map(\.runsOnFallback) == [true, false])
        #expect(result.reason == nil)
    }

    @Test(
        "MLPerf Tiny's int8 files cost what the same networks cost in Swiftlet's int8, on the device but for the interface",
        .enabled(if: MLPerfTiny.isHere),
        arguments: [("pretrainedResnet", "pretrainedResnet_quant"), ("vww_96_float", "vww_96_int8")],
        ["coral-edge-tpu", "generic-npu", "cortex-m55-ethos-u55"])
    func referenceFiles(files: (real: String, integer: String), device: String) throws {
        let profile = try Shipped.profile(device)
        let own = try MLPerfTiny.graph(files.real).compressed(by: Compression(parsing: "int8"))
        let result = price(own, on: profile)
        let reference = price(try MLPerfTiny.graph(files.integer), on: profile)
        let (ours, theirs) = (
            try #require(result.latencyMilliseconds), try #require(reference.latencyMilliseconds)
        )
        #expect(abs(ours / theirs - 1) < 0.1)
        for layer in result.layers where layer.runsOnFallback {
            #expect(["quantize", "dequantize"].contains(layer.operation))
        }
    }

    @Test("An NPU with one weight scale a tensor leaves layers of several to its host, or refuses them")
    func channelScales() throws {
        var npu = try Shipped.profile("stm32mp257-npu")
        let network = try Graph.small(channels: 64, size: 32)
        let channels = price(try network.compressed(by: Compression(parsing: "int8")), on: npu)
        let tensors = price(try network.compressed(by: Compression(parsing: "int8(per-tensor)")), on: npu)
        #expect(tensors.reason == nil)
        #expect(channels.reason?.contains("nothing that multiplies is left to the accelerator") == true)
        #expect(try #require(tensors.latencyMilliseconds) < #require(channels.latencyMilliseconds))

        npu.support.channelScales = .unsupported
        let refused = price(try network.compressed(by: Compression(parsing: "int8")), on: npu)
        #expect(refused.status != .ok)
        #expect(refused.reason?.contains("int8(per-tensor)") == true)
        #expect(try DeviceProfile(parsing: npu.yaml, file: "npu.yaml").support.channelScales == .unsupported)
    }

    @Test("A model that leaves nothing to the accelerator says so")
    func hostOnly() throws {
        let result = price(try .small(), on: try Shipped.profile("coral-edge-tpu"))
        #expect(result.status == .ok)
        #expect(result.reason?.contains("host") == true)
    }

    @Test("Weights that two layers share are stored once")
    func sharedWeights() throws {
        func bytes(isShared: Bool) throws -> Int {
            var builder = GraphBuilder(name: "shared")
            let image = builder.input("image", ValueType([1, 8, 8, 64]))
            let first = builder.constant("w1", .unknown([64, 3, 3, 64]))
            let second = isShared ? first : builder.constant("w2", .unknown([64, 3, 3, 64]))
            let kernel = Convolution(
                kernel: 3, padding: EdgePadding(top: 1, bottom: 1, left: 1, right: 1))
            let middle = try builder.apply(.convolution(kernel), to: [image, first])
            let result = try builder.apply(.convolution(kernel), to: [middle, second])
            return price(
                builder.graph(outputs: [result]), on: try Shipped.profile("raspberry-pi-4")
            ).modelBytes
        }
        #expect(try bytes(isShared: false) - bytes(isShared: true) == 4 * 64 * 3 * 3 * 64)
    }

    @Test("TensorFlow Lite for Microcontrollers cannot widen float16 weights")
    func halfWeights() throws {
        let graph = try Graph.small { shape, type in
            .unknown(shape, shape.rank == 1 ? type : .float16)
        }
        for name in ["stm32l4r5-tflm", "esp32-s3"] {
            #expect(price(graph, on: try Shipped.profile(name)).status == .unsupported)
        }
        #expect(price(graph, on: try Shipped.profile("raspberry-pi-4")).status == .ok)
    }
}

/// The MLPerf Tiny reference models, which lie outside the repository; tests of them are skipped without.
private enum MLPerfTiny {
    private static let folder: URL = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = ProcessInfo.processInfo.environment["SWIFTLET_DATA"].map { URL(fileURLWithPath: $0) }
        return (data ?? root.appendingPathComponent("../shared/data"))
            .appendingPathComponent("mlperf-tiny/models")
    }()

    static var isHere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static func graph(_ name: String) throws -> Graph {
        try TFLiteModel.read(path: folder.appendingPathComponent("\(name).tflite").path).graph
    }
}
