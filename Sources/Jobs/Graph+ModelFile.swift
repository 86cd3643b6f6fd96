package import Devices
package import ModelGraph
import ONNXFormat
import TFLiteFormat

extension Graph {
    /// The bytes of a model file, without metadata.
    package func file(as format: ModelFormat) throws -> [UInt8] {
        switch format {
        case .onnx: try ONNXModel.write(self)
        case .tflite: try TFLiteModel.write(self)
        case .swiftlet: encoded()
        }
    }
}
