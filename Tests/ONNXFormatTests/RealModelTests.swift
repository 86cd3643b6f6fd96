import Foundation
import ModelGraph
import ONNXFormat
import Testing

@Suite("Real networks", .serialized)
struct RealModelTests {
    /// Skipped where the data is absent.
    @Test(
        "mnist-8 and super-resolution-10 give their stored outputs", .enabled(if: RealData.hasModels),
        arguments: ["mnist_8", "super_resolution_10"])
    func realModels(name: String) throws {
        let folder = RealData.models.appendingPathComponent(name)
        let model = try ONNXModel.read(path: folder.appendingPathComponent("model.onnx").path)
        for set in 0..<3 {
            let data = folder.appendingPathComponent("test_data_set_\(set)")
            guard FileManager.default.fileExists(atPath: data.path) else { continue }
            let input = try ONNXModel.readTensor(path: data.appendingPathComponent("input_0.pb").path)
            let expected = try ONNXModel.readTensor(path: data.appendingPathComponent("output_0.pb").path)
            let output = try #require(try model.graph.run([input]).first)
            #expect(output.difference(from: expected, absolute: 1e-3) == nil)
        }
        let bytes = try ONNXModel.write(model.graph)
        #expect(try ONNXModel.write(model.graph) == bytes)
        #expect(try ONNXModel.read(bytes: bytes, file: name).graph == model.graph)
    }

    static let lightNetworks = [
        "bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet",
        "vgg19",
        "zfnet512",
    ]

    /// Their weights are one repeated value each; the input is what ONNX's own runner feeds.
    ///
    /// Skipped where the data is absent.
    @Test(
        "The nine light networks give their stored outputs", .enabled(if: RealData.hasBackendData),
        arguments: lightNetworks)
    func lightNetwork(name: String) throws {
        let folder = RealData.backend.appendingPathComponent("light")
        let model = try ONNXModel.read(path: folder.appendingPathComponent("light_\(name).onnx").path)
        let stored = model.graph.values.compactMap(\.constant).filter { constant in
            if case .repeated = constant.tensor.storage {
                false
            } else {
                constant.tensor.shape.elementCount > 4096
            }
        }
        #expect(stored.isEmpty, "a repeated constant was expanded")
        let shape = model.graph[model.graph.inputs[0]].type.shape
        let count = shape.elementCount
        let input = Tensor(shape, (0..<count).map { Float(Double($0) / Double(count)) })
        let expected = try ONNXModel.readTensor(
            path: folder.appendingPathComponent("light_\(name)_output_0.pb").path)
        let output = try #require(try model.graph.run([input]).first)
        #expect(output.difference(from: expected) == nil)
        let again = try ONNXModel.read(bytes: try ONNXModel.write(model.graph), file: name)
        #expect(again.graph == model.graph)
    }
}
