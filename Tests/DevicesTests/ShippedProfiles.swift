import Devices
import Foundation
import ModelGraph

/// The profiles of `device-profiles/`, and small graphs to price on them.
enum Shipped {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "device-profiles")

    static func files() throws -> [(file: String, text: String)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
        return try names.map { ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8)
    }

    static func profile(_ name: String) throws -> DeviceProfile {
        guard let profile = try DeviceCatalog(files: files())[name] else { throw Missing(name: name) }
        return profile
    }

    struct Missing: Error { var name: String }
}

extension Graph {
    /// Convolution, activation, depthwise convolution, global pool, dense; weights unknown.
    static func small(
        channels: Int = 16, size: Int = 16, type: DataType = .float32, activation: Activation = .relu,
        weights: (Shape, DataType) -> Tensor = { .unknown($0, $1) }
    ) throws -> Graph {
        var builder = GraphBuilder(name: "small")
        let scale = type.isFloatingPoint ? nil : Quantization(scale: 0.1)
        let bias: DataType = type.isFloatingPoint ? type : .int32
        let image = builder.input("image", ValueType([1, size, size, 8], type, quantization: scale))
        let w1 = builder.constant("w1", weights([channels, 3, 3, 8], type))
        let b1 = builder.constant("b1", weights([channels], bias))
        let first = try builder.apply(
            .convolution(Convolution(kernel: 3, padding: EdgePadding(top: 1, bottom: 1, left: 1, right: 1))),
            to: [image, w1, b1])
        let active = try builder.apply(.activation(activation), to: [first])
        let w2 = builder.constant("w2", weights([channels, 3, 3, 1], type))
        let depthwise = try builder.apply(
            .convolution(Convolution(kernel: 3, stride: 2, groups: channels)), to: [active, w2])
        let pooled = try builder.apply(.globalPool(.average), to: [depthwise])
        let flat = try builder.apply(.reshape([0, -1]), to: [pooled])
        let w3 = builder.constant("w3", weights([10, channels], type))
        let logits = try builder.apply(.dense, to: [flat, w3])
        return builder.graph(outputs: [logits])
    }
}
