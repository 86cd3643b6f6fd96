import Engine
import Foundation
import Kernels
import ModelGraph
import Testing

@Suite("Exponential functions keep the errors their kernels state")
struct ExponentialFunctionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let operation: ModelGraph.Operation
        /// Units in the last place of the exact result.
        let units: Double
        let exact: @Sendable (Double) -> Double
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "exp", operation: .unary(.exponential), units: 1, exact: { exp($0) }),
        Case(name: "sigmoid", operation: .activation(.sigmoid), units: 3, exact: sigmoid),
        Case(name: "silu", operation: .activation(.silu), units: 3, exact: { $0 * sigmoid($0) }),
        Case(name: "tanh", operation: .activation(.tanh), units: 6, exact: { tanh($0) }),
        Case(name: "erf", operation: .unary(.errorFunction), units: 6, exact: { erf($0) }),
        Case(name: "softplus", operation: .unary(.softplus), units: 4, exact: { log1p(exp($0)) }),
    ]

    @Sendable private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    @Test("From −87 to 88, in steps near zero finer and finer", arguments: cases, KernelSet.available)
    func staysWithinUnits(sample: Case, kernels: KernelSet) throws {
        let steps = stride(from: Float(-87), through: 88, by: 0.0137).map { $0 }
        let small = (0..<300).flatMap { power -> [Float] in
            let x = Float(1.37) * pow(Float(0.8), Float(power))
            return [x, -x]
        }
        let inputs = steps + small
        var builder = GraphBuilder(name: sample.name)
        let x = builder.input("x", ValueType([1, inputs.count]))
        let worker = Worker(try Plan(builder.graph(ending: sample.operation, to: [x]), kernels: kernels))
        worker.setInput(0, floats: inputs.span)
        worker.run()
        for (x, y) in zip(inputs, worker.output(0)) {
            let exact = sample.exact(Double(x)), rounded = Float(exact)
            guard rounded.isFinite else { continue }
            let unit = max(Double(rounded.ulp), 0x1p-140)
            #expect(abs(Double(y) - exact) <= sample.units * unit + 0x1p-125, "\(sample.name)(\(x)) = \(y)")
        }
    }

    @Test("Not-a-number and infinities", arguments: KernelSet.available)
    func treatsSpecialNumbers(kernels: KernelSet) throws {
        let inputs: [Float] = [.nan, .infinity, -.infinity]
        func results(_ operation: ModelGraph.Operation) throws -> [Float] {
            var builder = GraphBuilder(name: "special")
            let x = builder.input("x", ValueType([1, 3]))
            let worker = Worker(try Plan(builder.graph(ending: operation, to: [x]), kernels: kernels))
            worker.setInput(0, floats: inputs.span)
            worker.run()
            return worker.output(0)
        }
        for (operation, expected) in [
            (ModelGraph.Operation.unary(.exponential), [Float.infinity, 0]), (.activation(.sigmoid), [1, 0]),
            (.activation(.tanh), [1, -1]), (.unary(.errorFunction), [1, -1]),
            (.unary(.softplus), [.infinity, 0]),
        ] {
            let actual = try results(operation)
            #expect(actual[0].isNaN && actual[1] == expected[0] && actual[2] == expected[1], "\(operation)")
        }
    }
}
