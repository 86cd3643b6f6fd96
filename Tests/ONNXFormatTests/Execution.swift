import Engine
import Foundation
import ModelGraph
import ONNXFormat

extension Graph {
    /// The outputs for inputs given in the order of the graph's own.
    func run(_ inputs: [Tensor]) throws -> [Tensor] {
        let worker = Worker(try Plan(self))
        for (index, tensor) in inputs.enumerated() {
            let bytes = tensor.bytes
            worker.setInput(index, bytes: bytes.span.bytes)
        }
        worker.run()
        return outputs.indices.map { index in
            Tensor(
                self[outputs[index]].type.shape, self[outputs[index]].type.dataType, worker.outputBytes(index)
            )
        }
    }
}

extension Tensor {
    /// Little-endian elements.
    var bytes: [UInt8] {
        func raw<T: BitwiseCopyable>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
        switch storage {
        case .float32(let values): return raw(values)
        case .float16(let values): return raw(values)
        case .bfloat16(let values): return raw(values)
        case .int8(let values): return raw(values)
        case .uint8(let values), .binary(let values): return values
        case .int16(let values): return raw(values)
        case .int32(let values): return raw(values)
        case .int64(let values): return raw(values)
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        case .repeated(let value, .float32):
            return raw([Float](repeating: Float(value), count: shape.elementCount))
        case .repeated, .unknown: return []
        }
    }

    init(_ shape: Shape, _ type: DataType, _ bytes: [UInt8]) {
        func values<T: BitwiseCopyable>(_: T.Type) -> [T] {
            bytes.withUnsafeBytes { raw in
                (0..<bytes.count / MemoryLayout<T>.size).map {
                    raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)
                }
            }
        }
        switch type {
        case .float32, .binary: self.init(shape, .float32(values(Float.self)))
        case .float16: self.init(shape, .float16(values(Float16.self)))
        case .bfloat16: self.init(shape, .bfloat16(values(UInt16.self)))
        case .int8: self.init(shape, .int8(values(Int8.self)))
        case .uint8: self.init(shape, .uint8(bytes))
        case .int16: self.init(shape, .int16(values(Int16.self)))
        case .int32: self.init(shape, .int32(values(Int32.self)))
        case .int64: self.init(shape, .int64(values(Int64.self)))
        case .bool: self.init(shape, .bool(bytes.map { $0 != 0 }))
        }
    }

    /// Why this is not what the reference says, by ONNX's own tolerance; nil if it is.
    func difference(from expected: Tensor, relative: Float = 1e-3, absolute: Float = 1e-5) -> String? {
        guard shape == expected.shape else { return "shape \(shape) instead of \(expected.shape)" }
        guard dataType == expected.dataType else { return "type \(dataType) instead of \(expected.dataType)" }
        guard let own = floats, let theirs = expected.floats else { return "unknown elements" }
        for (index, (a, b)) in zip(own, theirs).enumerated() {
            if a == b || (a.isNaN && b.isNaN) { continue }
            guard a.isFinite, b.isFinite, abs(a - b) <= absolute + relative * abs(b) else {
                return "element \(index) is \(a) instead of \(b)"
            }
        }
        return nil
    }
}
