import Archives
import Bundles
import Engine
import Foundation
import ModelGraph
import ONNXFormat
public import Reports

extension ModelCommands {
    /// Runs a model on an npy or npz file and writes its outputs as npz, in the model's own types.
    ///
    /// Arrays hold one or more samples along dimension 0; npz arrays are matched to inputs by name. States need no array: they are
    /// carried from sample to sample.
    public static func run(
        _ path: String, input: String, output: String, replacing: Bool = false, memory: Int = defaultMemory,
        inputs options: InputOptions = InputOptions()
    ) throws -> RunAnswer {
        _ = try OutputPath(output, replacing: replacing)
        let arrays = try NamedArrays(input)
        let model = try arrays.load(path, memory: memory, try options.sizes())
        let plan = try Plan(model.graph, memoryLimit: memory)
        let inputs = try InputArrays(arrays, plan: plan)
        let worker = Worker(plan)
        var results = [[UInt8]](repeating: [], count: plan.outputs.count)
        worker.resetStates()
        for sample in 0..<inputs.samples {
            inputs.set(sample, on: worker)
            worker.run()
            for index in plan.readOutputs { results[index] += worker.outputBytes(index) }
            worker.carryStates()
        }
        let outputs = try plan.readOutputs.map { index in
            let type = plan.outputs[index].type
            let shape = type.shape.dimensions
            let isNumber = shape.isEmpty && inputs.samples == 1
            let batched =
                shape.isEmpty ? [inputs.samples] : [inputs.samples * shape[0]] + shape.dropFirst()
            let elements = try NumberArray.Elements(results[index], of: type.dataType)
            let array = NumberArray(isNumber ? [] : batched, elements)
            let name = plan.outputs[index].name
            return (name: name, array: model.paddedOutputs.contains(name) ? array.withoutPadding : array)
        }
        try NPZ.write(outputs, to: output)
        return RunAnswer(model: path, samples: inputs.samples, output: output, arrays: outputs.map(\.name))
    }
}

/// The arrays of an npy or npz file; an npy file's array has no name.
private struct NamedArrays {
    let path: String
    let entries: [(name: String, array: NumberArray)]

    init(_ path: String) throws {
        self.path = path
        entries =
            try path.hasSuffix(".npz") ? NPZ.read(path: path) : [(name: "", array: NPY.read(path: path))]
    }

    /// Reads a model; what it leaves open follows from the arrays: sizes, and integers that decide its shape or its branches.
    func load(_ model: String, memory: Int, _ given: InputSizes) throws -> LoadedModel {
        var sizes = given
        for entry in entries { sizes.samples[entry.name] = Shape(entry.array.shape) }
        while true {
            do {
                return try LoadedModel(
                    path: model, memory: memory, roundsActivations: true, inputs: sizes)
            } catch let error as ONNXError {
                guard case .needsConstant(_, _, let name) = error.problem, sizes.values[name] == nil,
                    let array = entries.first(where: { $0.name == name })?.array,
                    array.elements.count <= 1 << 16
                else { throw error }
                sizes = sizes.fixing(name, to: array.floats.map(Double.init))
            }
        }
    }
}

/// The samples for a model's inputs, one array an input.
private struct InputArrays {
    let samples: Int
    /// One an input; nil for a state.
    private let arrays: [NumberArray?]

    init(_ file: NamedArrays, plan: Plan) throws {
        let (path, found) = (file.path, file.entries)
        let givenInputs = plan.givenInputs
        // An only input also reads an only array, or the one that a bundle's test vectors have for it.
        let standIn =
            givenInputs.count > 1 ? nil : found.count == 1 ? found[0] : found.first { $0.name == "input" }
        arrays = try plan.inputs.enumerated().map { index, port in
            guard givenInputs.contains(index) else { return nil }
            guard let entry = found.first(where: { $0.name == port.name }) ?? standIn else {
                throw KitError.refused(
                    "\(path): has no array '\(port.name)'; it has \(found.map(\.name).joined(separator: ", "))"
                )
            }
            return entry.array
        }
        let given = zip(plan.inputs, arrays).compactMap { port, array in array.map { (port: port, array: $0) }
        }
        // A model without inputs runs once.
        samples = given.first.map { $0.port.type.shape.samples(in: $0.array.shape) ?? 0 } ?? 1
        for (port, array) in given {
            guard samples > 0, port.type.shape.samples(in: array.shape) == samples else {
                throw KitError.refused(
                    "\(path): '\(port.name)' has shape \(array.shape), expected one or more samples of \(port.type.shape)"
                )
            }
            try array.checkWhole(for: port, in: path)
        }
    }

    /// Hands one sample to a worker: integers of the input's own type as they are, everything else as real numbers.
    func set(_ sample: Int, on worker: Worker) {
        for (index, port) in worker.plan.inputs.enumerated() {
            guard let array = arrays[index] else { continue }
            let size = array.elements.count / samples
            let range = sample * size..<(sample + 1) * size
            switch (array.elements, port.type.dataType) {
            case (.int8(let values), .int8):
                worker.setInput(index, bytes: Array(values[range]).span.bytes)
            case (.uint8(let values), .uint8):
                worker.setInput(index, bytes: Array(values[range]).span.bytes)
            case (.int16(let values), .int16):
                worker.setInput(index, bytes: Array(values[range]).span.bytes)
            case (.int32(let values), .int32):
                worker.setInput(index, bytes: Array(values[range]).span.bytes)
            case (.int64(let values), .int64):
                worker.setInput(index, bytes: Array(values[range]).span.bytes)
            default:
                worker.setInput(index, floats: Array(array.floats[range]).span)
            }
        }
    }
}

extension Shape {
    /// How many samples of this shape an array of another holds; nil where its axes are not those of samples.
    ///
    /// Axes of one element may be left out or added, and flat samples may have any axes; other axes must agree in order, since
    /// [8, 8, 3] and [3, 8, 8] hold equally many numbers that mean different pixels.
    fileprivate func samples(in array: [Int]) -> Int? {
        func wide(_ extents: some Sequence<Int>) -> [Int] { extents.filter { $0 != 1 } }
        guard let first = array.first, first > 0 else { return array.isEmpty && elementCount == 1 ? 1 : nil }
        let (rest, own) = (array.dropFirst(), dimensions.dropFirst())
        let batch = dimensions.first ?? 1
        let isFlat = rest.count <= 1 || own.count <= 1
        if wide(rest) == wide(own) || isFlat && rest.reduce(1, *) == own.reduce(1, *) {
            let (count, remainder) = first.quotientAndRemainder(dividingBy: max(batch, 1))
            if remainder == 0 { return count }
        }
        if wide(rest) == wide(dimensions) { return first }
        return wide(array) == wide(dimensions) ? 1 : nil
    }
}

extension NumberArray {
    /// Without the rows that begin with −1, which stand for nothing.
    fileprivate var withoutPadding: NumberArray {
        guard case .int64(let values) = elements, shape.count == 2, let width = shape.last, width > 0 else {
            return self
        }
        let rows = (0..<shape[0]).filter { values[$0 * width] != -1 }
        return NumberArray(
            [rows.count, width], .int64(rows.flatMap { values[$0 * width..<($0 + 1) * width] }))
    }

    /// Refuses fractions and numbers out of range where an input takes plain integers.
    fileprivate func checkWhole(for port: Plan.Port, in path: String) throws {
        guard port.type.quantization == nil, let range = port.type.dataType.wholeNumbers else { return }
        guard let wrong = floats.first(where: { !range.contains($0) || $0 != $0.rounded() }) else { return }
        throw KitError.refused(
            "\(path): '\(port.name)' takes \(port.type.dataType.rawValue), but the array holds \(wrong); "
                + "give whole numbers from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
}

extension DataType {
    /// The whole numbers that real numbers may become in this type; nil where none are lost.
    fileprivate var wholeNumbers: ClosedRange<Float>? {
        switch self {
        case .int8: -128...127
        case .uint8: 0...255
        case .int16: -32_768...32_767
        case .bool: 0...1
        case .int32: -0x1p31...0x1.fffffep30
        case .int64: -0x1p62...0x1p62
        case .float32, .float16, .bfloat16, .binary: nil
        }
    }
}

extension NumberArray.Elements {
    /// Little-endian bytes of a graph's element type; types that NumPy does not have are refused.
    fileprivate init(_ bytes: [UInt8], of type: DataType) throws {
        func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
            let size = Word.bitWidth / 8
            return stride(from: 0, to: bytes.count, by: size).map { start in
                (0..<size).reduce(0) {
                    $0 | Word(truncatingIfNeeded: UInt64(bytes[start + $1]) << UInt64(8 * $1))
                }
            }
        }
        switch type {
        case .float32: self = .float32(words(UInt32.self).map(Float.init(bitPattern:)))
        case .float16: self = .float16(words(UInt16.self).map(Float16.init(bitPattern:)))
        case .int8: self = .int8(bytes.map(Int8.init(bitPattern:)))
        case .uint8: self = .uint8(bytes)
        case .int16: self = .int16(words(Int16.self))
        case .int32: self = .int32(words(Int32.self))
        case .int64: self = .int64(words(Int64.self))
        case .bool: self = .bool(bytes.map { $0 != 0 })
        case .bfloat16, .binary:
            throw KitError.refused("an output is \(type.rawValue), which npz files cannot hold")
        }
    }
}
