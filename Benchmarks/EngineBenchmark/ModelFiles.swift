import Foundation
import ModelGraph
import ONNXFormat
import TFLiteFormat

extension ReferenceModel {
    /// Writes the model for other runtimes, float32 and int8: ONNX with its image as planes, TFLite with its channels last.
    ///
    /// A file that is there already stays.
    func write(to folder: URL) throws {
        for precision in Arithmetic.allCases {
            let stem = precision == .int8 ? rawValue + "_int8" : rawValue
            try write(folder.appending(component: stem + ".onnx")) {
                try ONNXModel.write(graph(precision, planes: true))
            }
            try write(folder.appending(component: stem + ".tflite")) {
                try TFLiteModel.write(graph(precision, planes: false))
            }
        }
    }

    private func write(_ file: URL, _ bytes: () throws -> [UInt8]) throws {
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        try Data(bytes()).write(to: file)
        print(file.path)
    }
}
