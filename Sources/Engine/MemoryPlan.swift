import Foundation
import Kernels
import ModelGraph

/// Where each buffer of a program lies in the arena.
struct MemoryPlan {
    let offsets: [Int]
    let bytes: Int

    /// A buffer lives from the unit that writes it first (an input: from before the first) to the last that touches it
    /// (an output: to the end).
    init(_ builder: ProgramBuilder, inputs: [Buffer], outputs: [Buffer]) {
        let units = builder.touched
        var first = [Int?](repeating: nil, count: builder.bufferCount)
        var last = [Int](repeating: -1, count: builder.bufferCount)
        for input in inputs { first[input.index] = -1 }
        for (unit, buffers) in units.enumerated() {
            for buffer in buffers {
                first[buffer.index] = first[buffer.index] ?? unit
                last[buffer.index] = unit
            }
        }
        for output in outputs {
            first[output.index] = first[output.index] ?? -1
            last[output.index] = units.count
        }
        var live: [LiveBuffer] = [], indices: [Int] = []
        for index in first.indices {
            guard let begin = first[index], !builder.isConstant(Buffer(index: index)) else { continue }
            indices.append(index)
            live.append(
                LiveBuffer(
                    values: [], bytes: builder.bytes(of: Buffer(index: index)), firstKernel: begin,
                    lastKernel: last[index]))
        }
        let arena = live.arena(alignment: 64)
        var offsets = [Int](repeating: 0, count: builder.bufferCount)
        for (position, index) in indices.enumerated() { offsets[index] = arena.offsets[position] }
        // A buffer nothing uses still needs a place that exists.
        let unused =
            first.indices.filter { first[$0] == nil }.map { builder.bytes(of: Buffer(index: $0)) }.max() ?? 0
        self.offsets = offsets
        bytes = max(arena.bytes, unused)
    }
}

extension Plan {
    /// Bytes of memory this computer has.
    public static var physicalMemory: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// Weights as float32 or wider plus twice the activations that live together, borders included.
    static func estimatedBytes(ofPrepared graph: Graph) -> Int {
        let kernels = graph.kernels(for: .swiftlet)
        func floatBytes(_ value: Value) -> Int {
            let (bytes, overflow) = value.type.shape.elementCount.multipliedReportingOverflow(by: 8)
            return overflow ? .max / 4 : min(bytes, .max / 4)
        }
        let read = Set(kernels.flatMap(\.reads))
        var total = 0
        for value in graph.values.indices
        where read.contains(ValueID(value)) && graph.values[value].constant != nil {
            total = min(total + constantBytes(graph.values[value]), .max / 4)
        }
        let peak = graph.liveBuffers(over: kernels, inPlace: [], bytes: floatBytes).peakBytes
        return min(total + min(peak, .max / 8) * 2, .max / 2)
    }

    /// A scalar that repeats may be used without being expanded; estimates count it as if it were not.
    private static func constantBytes(_ value: Value) -> Int {
        let (bytes, overflow) = value.type.shape.elementCount.multipliedReportingOverflow(by: 8)
        return overflow ? .max / 4 : min(bytes, .max / 4)
    }
}
