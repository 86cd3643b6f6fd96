import CKernels

/// A finished list of kernel calls with the place of every buffer; immutable, shared by workers.
public final class Program: @unchecked Sendable {
    // SAFETY: everything is a constant after init; raw pointers lead into `pool`, which is read-only by then.
    let pool: ConstantPool
    let records: [StepRecord]
    let units: [ProgramUnit]
    let offsets: [Int]
    let constants: [UnsafeMutableRawPointer?]
    let sizes: [Int]
    /// Bytes of the memory each worker needs.
    public let arenaBytes: Int
    /// Bytes of packed weights, tables and parameters.
    public let constantBytes: Int
    /// The instruction set whose kernels the program uses.
    public let kernels: KernelSet

    /// - Parameter offsets: for every buffer its first byte in the arena; ignored for constants.
    public init(_ builder: consuming ProgramBuilder, offsets: [Int], arenaBytes: Int) {
        precondition(offsets.count == builder.sizes.count, "Program: one offset a buffer")
        for (index, size) in builder.sizes.enumerated() where builder.constants[index] == nil {
            precondition(
                offsets[index] >= 0 && offsets[index] % 64 == 0 && offsets[index] + size <= arenaBytes,
                "Program: a buffer lies outside the arena")
        }
        pool = builder.pool
        records = builder.records
        units = builder.units
        constants = builder.constants
        sizes = builder.sizes
        constantBytes = builder.constantBytes
        kernels = builder.kernels
        self.offsets = offsets
        self.arenaBytes = arenaBytes
    }

    /// The layer each step belongs to and the kernel it calls, in order.
    public var steps: [(layer: String, kernel: String, work: Double, isInteger: Bool)] {
        records.map { ($0.layer, $0.name, $0.work, $0.pace.isInteger) }
    }

    /// The step with its buffers at their addresses in an arena.
    func resolved(_ record: StepRecord, in arena: UnsafeMutableRawPointer) -> sk_step {
        func address(_ buffer: Buffer?, _ offset: Int = 0) -> UnsafeMutableRawPointer? {
            buffer.map { (constants[$0.index] ?? arena + offsets[$0.index]) + offset }
        }
        return sk_step(
            run: record.kernel, a: address(record.a, record.offsets.a),
            b: address(record.b, record.offsets.b), y: address(record.y, record.offsets.y),
            scratch: address(record.scratch), params: record.parameters)
    }
}

/// What runs as a whole: a step, a layer with the border before it that nothing else reads, or two lists of steps that do not
/// depend on each other.
enum ProgramUnit {
    case step(Int)
    case bordered(Border, layer: Int)
    case halves(Range<Int>, Range<Int>)
}

/// How parts of a layer may draw the border that they read.
struct Border {
    let bytes: BorderBytes
    let reach: sk_reach
}
