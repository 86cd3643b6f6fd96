import Engine
import Kernels
import ModelGraph
import Testing

/// Runs that read and write the caller's memory give what runs with copies give.
@Suite("Runs in the caller's memory")
struct LentMemoryTests {
    /// Networks whose ends are element-wise, and some whose are not.
    enum Case: String, CaseIterable {
        case function, chain, productWithItself, broadcast, constantFirst, layer, twice

        func graph() throws -> Graph {
            var builder = GraphBuilder(name: rawValue)
            let x = builder.input("x", ValueType([1, 5, 7, 6]))
            let result: ValueID
            switch self {
            case .function: result = try builder.apply(.activation(.silu), to: [x])
            case .chain:
                let once = try builder.apply(.unary(.exponential), to: [x])
                let twice = try builder.apply(.unary(.softsign), to: [once])
                result = try builder.apply(.activation(.tanh), to: [twice])
            case .productWithItself:
                let gate = try builder.apply(.activation(.sigmoid), to: [x])
                result = try builder.apply(.binary(.multiply), to: [x, gate])
            case .broadcast:
                let offset = builder.constant("offset", Tensor([6], (0..<6).map(Float.init)))
                result = try builder.apply(.binary(.add), to: [x, offset])
            case .constantFirst:
                let one = builder.constant("one", Tensor([1], [1]))
                result = try builder.apply(.binary(.subtract), to: [one, x])
            case .layer:
                let weights = builder.constant(
                    "w", Tensor([4, 3, 3, 6], (0..<216).map { Float($0 % 7) - 3 }))
                let bent = try builder.apply(.activation(.tanh), to: [x])
                result = try builder.apply(.convolution(Convolution(kernel: 3)), to: [bent, weights])
            case .twice:
                let sum = try builder.apply(.binary(.add), to: [x, x])
                result = try builder.apply(.reshape([0, -1]), to: [sum])
            }
            return builder.graph(outputs: [result])
        }
    }

    @Test(
        "The same bits as with copies, before and after, on one thread and two", arguments: Case.allCases,
        [1, 2])
    func agrees(_ example: Case, _ threads: Int) throws {
        for kernels in KernelSet.available {
            let worker = Worker(try Plan(try example.graph(), kernels: kernels), threads: threads)
            let numbers = (0..<210).map { Float(($0 * 37) % 101) / 25 - 2 }
            worker.setInput(0, floats: numbers.span)
            worker.run()
            let expected = worker.output(0)
            for offset in 0..<3 {
                // Numbers that begin anywhere in memory.
                let padded = [Float](repeating: .nan, count: offset) + numbers
                var results = [Float](repeating: .nan, count: expected.count + offset)
                var span = results.mutableSpan
                var part = span._mutatingExtracting(offset..<expected.count + offset)
                worker.run(padded.span.extracting(offset..<padded.count), into: &part)
                #expect(Array(results[offset...]) == expected)
                let isUntouched = results.prefix(offset).allSatisfy { $0.isNaN }
                #expect(isUntouched)
                #expect(Array(padded[offset...]) == numbers)
            }
            worker.setInput(0, floats: numbers.span)
            worker.run()
            #expect(worker.output(0) == expected)
        }
    }
}
