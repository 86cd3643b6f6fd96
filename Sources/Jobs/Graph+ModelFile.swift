package import Devices
package import ModelGraph
import ONNXFormat
import TFLiteFormat

extension Graph {
    /// The bytes of a model file, without metadata; `interface` is what callers of a quantised TFLite model hand over and get.
    package func file(as format: ModelFormat, interface: ModelInterface = .float32) throws -> [UInt8] {
        switch format {
        case .onnx: try ONNXModel.write(self)
        case .tflite: try TFLiteModel.write(self, options: TFLiteOptions(interface: interface))
        case .swiftlet: encoded()
        }
    }
}
