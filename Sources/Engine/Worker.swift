import Kernels
import ModelGraph

/// Runs a plan in memory of its own; not shared between threads.
///
/// A run consumes the inputs: their memory is reused as soon as they are read, so set them before every run.
public final class Worker {
    /// What the worker runs; shared with other workers.
    public let plan: Plan
    let executor: Executor
    /// The only input and the only output, where runs may use the caller's memory in place of theirs.
    private let lentInput, lentOutput: LentBuffer?

    /// - Parameter threads: 1, or 2 for a helper that shares the larger steps; results are the same.
    public init(_ plan: Plan, threads: Int = 1) {
        precondition(threads >= 1, "Worker: needs a thread")
        self.plan = plan
        executor = Executor(plan.program, threads: threads)
        let isSingle = plan.inputs.count == 1 && plan.outputs.count == 1 && plan.observed.isEmpty
        let (input, output) = (plan.inputs.first, plan.outputs.first)
        guard isSingle, let input, let output, input.buffer != output.buffer else {
            (lentInput, lentOutput) = (nil, nil)
            return
        }
        let inputCount = input.type.shape.elementCount, outputCount = output.type.shape.elementCount
        lentInput =
            input.encoding == .plain(.float32)
            ? executor.lendable(reading: input.buffer, count: inputCount) : nil
        lentOutput =
            output.encoding == .plain(.float32)
            ? executor.lendable(writing: output.buffer, count: outputCount) : nil
    }

    /// Copies real numbers into an input, in row-major order; an integer input quantises them by its scale.
    ///
    /// Precondition: as many numbers as the input has elements.
    public func setInput(_ index: Int, floats: Span<Float>) {
        let port = plan.inputs[index]
        precondition(
            floats.count == port.type.shape.elementCount,
            "setInput: \(floats.count) numbers for '\(port.name)'")
        executor.store(floats, into: port.buffer, as: port.encoding)
    }

    /// Copies elements of the input's own type, as they lie in memory.
    public func setInput(_ index: Int, bytes: RawSpan) {
        let port = plan.inputs[index]
        precondition(
            bytes.byteCount == port.type.bytes, "setInput: \(bytes.byteCount) bytes for '\(port.name)'")
        executor.store(bytes, into: port.buffer, flippingSigns: port.isShifted)
    }

    /// Computes the outputs from the inputs; allocates nothing.
    public func run() { executor.run() }

    /// Computes the first output from the first input, both as real numbers in row-major order; allocates nothing.
    ///
    /// Element-wise steps at either end of a network with one input and one output read and write the caller's memory where it lies;
    /// elsewhere the numbers are copied as by `setInput` and `copyOutput`, and so are other inputs, which have to be set before.
    public func run(_ numbers: Span<Float>, into results: inout MutableSpan<Float>) {
        if lentInput == nil { setInput(0, floats: numbers) }
        executor.run(reading: lentInput, numbers, writing: lentOutput, &results)
        if lentOutput == nil { copyOutput(0, into: &results) }
    }

    /// The same, over the elements of an array.
    public func run(_ numbers: Span<Float>, into results: inout [Float]) {
        var span = results.mutableSpan
        run(numbers, into: &span)
    }

    /// An output as real numbers, in row-major order.
    public func output(_ index: Int) -> [Float] { floats(plan.outputs[index]) }

    /// Copies an output as real numbers; allocates nothing.
    public func copyOutput(_ index: Int, into floats: inout MutableSpan<Float>) {
        let port = plan.outputs[index]
        precondition(
            floats.count == port.type.shape.elementCount,
            "copyOutput: \(floats.count) places for '\(port.name)'")
        executor.load(port.buffer, as: port.encoding, into: &floats)
    }

    /// Copies an output as real numbers over the elements of an array.
    public func copyOutput(_ index: Int, into floats: inout [Float]) {
        var span = floats.mutableSpan
        copyOutput(index, into: &span)
    }

    /// An output's elements in its own type, as they lie in memory.
    public func outputBytes(_ index: Int) -> [UInt8] {
        let port = plan.outputs[index]
        return executor.bytes(of: port.buffer, count: port.type.bytes, flippingSigns: port.isShifted)
    }

    /// The index-th observed value as real numbers.
    public func observed(_ index: Int) -> [Float] { floats(plan.observed[index]) }

    /// Lets `body` read the index-th observed value as real numbers; copies only what does not lie in memory as such.
    public func withObserved<Result>(
        _ index: Int, _ body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        let port = plan.observed[index]
        guard port.encoding == .plain(.float32) else {
            let copy = floats(port)
            return try body(copy.span)
        }
        return try executor.withFloats(of: port.buffer, count: port.elementCount, body)
    }

    private func floats(_ port: Plan.Port) -> [Float] {
        var values = [Float](repeating: 0, count: port.type.shape.elementCount)
        var span = values.mutableSpan
        executor.load(port.buffer, as: port.encoding, into: &span)
        return values
    }
}

extension Plan.Port {
    /// How real numbers are stored in the port's memory.
    var encoding: NumberEncoding {
        switch StoredValue.Storage(type) {
        case .float32?: .plain(.float32)
        case .int8(let scale)?: .quantized(scale)
        case .raw(let number)?:
            type.quantization.map { .table(number, ScaleTable($0, of: type.shape)) } ?? .plain(number)
        case nil: .plain(.float32)
        }
    }
}
