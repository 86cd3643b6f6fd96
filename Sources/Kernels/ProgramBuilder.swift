import CKernels

/// A piece of memory that steps read and write; constants have their contents, the others get a place in the arena.
public struct Buffer: Hashable, Sendable {
    /// Position in the program's list of buffers.
    public let index: Int
    /// The buffer at this position of a program's list.
    public init(index: Int) { self.index = index }
}

/// Collects the steps of a program; one method a kernel, in extensions beside this file.
///
/// Sizes are checked here, once: a step that was accepted stays inside its buffers.
public struct ProgramBuilder {
    /// The instruction set whose kernels the program uses.
    public let kernels: KernelSet
    let pool = ConstantPool()
    var sizes: [Int] = []
    private(set) var constants: [UnsafeMutableRawPointer?] = []
    var records: [StepRecord] = []
    /// Neighbouring runs of records that do not depend on each other: two threads may take one each.
    var halves: [(first: Range<Int>, second: Range<Int>)] = []
    /// Prefixed to the name of every step that follows.
    public var layer = ""

    /// An empty program for this instruction set.
    public init(kernels: KernelSet) { self.kernels = kernels }

    var table: sk_kernel_set { kernels.table.pointee }

    /// Memory for `bytes` bytes whose contents steps produce.
    public mutating func buffer(bytes: Int) -> Buffer {
        precondition(bytes >= 0, "buffer: negative size")
        sizes.append(bytes)
        constants.append(nil)
        return Buffer(index: sizes.count - 1)
    }

    /// Memory with fixed contents.
    public mutating func constant<Element: BitwiseCopyable>(_ elements: [Element]) -> Buffer {
        sizes.append(elements.count * MemoryLayout<Element>.stride)
        constants.append(UnsafeMutableRawPointer(pool.store(elements)))
        return Buffer(index: sizes.count - 1)
    }

    /// Whether the buffer has fixed contents.
    public func isConstant(_ buffer: Buffer) -> Bool { constants[buffer.index] != nil }
    /// Size of the buffer in bytes.
    public func bytes(of buffer: Buffer) -> Int { sizes[buffer.index] }

    /// Bytes of packed weights, tables and parameters so far.
    public var constantBytes: Int { pool.bytes }
    /// Kernel calls so far.
    var stepCount: Int { records.count }
    /// Buffers so far, constants among them.
    public var bufferCount: Int { sizes.count }

    /// The buffers that each unit of the program touches, in order: what a memory planner needs.
    ///
    /// Two halves that may run side by side are one unit, and so are a border and its layer, whose parts may draw their own.
    public var touched: [[Buffer]] {
        units.map { unit in
            switch unit {
            case .step(let index): records[index].touched
            case .bordered(_, let layer): records[layer - 1].touched + records[layer].touched
            case .halves(let first, let second):
                records[first.lowerBound..<second.upperBound].flatMap(\.touched)
            }
        }
    }

    /// What runs as a whole, in order.
    ///
    /// A layer that writes over what its border is drawn from is apart from it: one part would write what the other still
    /// draws.
    var units: [ProgramUnit] {
        var readers: [Buffer: Int] = [:]
        for case let read? in records.map(\.a) { readers[read, default: 0] += 1 }
        func single(in steps: Range<Int>) -> [ProgramUnit] {
            var units: [ProgramUnit] = []
            for index in steps {
                let layer = records[index]
                if index > steps.lowerBound, let bytes = records[index - 1].border, let reach = layer.reach,
                    let bordered = layer.a, records[index - 1].y == bordered, readers[bordered] == 1,
                    layer.y != records[index - 1].a
                {
                    units[units.count - 1] = .bordered(Border(bytes: bytes, reach: reach), layer: index)
                } else {
                    units.append(.step(index))
                }
            }
            return units
        }
        var all: [ProgramUnit] = [], next = 0
        for (first, second) in halves {
            all += single(in: next..<first.lowerBound)
            all.append(.halves(first, second))
            next = second.upperBound
        }
        return all + single(in: next..<records.count)
    }

    mutating func emit<Parameters: BitwiseCopyable>(
        _ name: String, _ kernel: @escaping sk_kernel, a: Buffer? = nil, b: Buffer? = nil, y: Buffer,
        scratch: Buffer? = nil, _ parameters: Parameters, work: Double, pace: Pace = .moves,
        rows: RowGeometry? = nil, reach: sk_reach? = nil, border: BorderBytes? = nil
    ) {
        precondition(constants[y.index] == nil, "\(name) writes into a constant")
        records.append(
            StepRecord(
                layer: layer, name: name, kernel: kernel, a: a, b: b, y: y, scratch: scratch,
                parameters: pool.store(one: parameters), work: work, pace: pace, rows: rows, reach: reach,
                border: border))
    }

    func require(_ buffer: Buffer, holds count: Int, of bytes: Int, in kernel: StaticString) {
        precondition(
            sizes[buffer.index] >= count * bytes,
            "\(kernel): a buffer of \(sizes[buffer.index]) bytes is too small")
    }
}

/// One step before its buffers have addresses.
struct StepRecord {
    let layer: String
    let name: String
    let kernel: sk_kernel
    var a, b: Buffer?
    var y: Buffer
    var scratch: Buffer?
    var parameters: UnsafeRawPointer
    /// Multiply-adds or moved elements.
    var work: Double
    let pace: Pace
    /// How rows of the result depend on rows of `a`, for steps that can compute some rows only.
    let rows: RowGeometry?
    /// What a part of the step reads of `a`, for steps that may read a border drawn for that part alone.
    let reach: sk_reach?
    /// For steps that draw the border of a single image (their parameters are `sk_border`).
    let border: BorderBytes?
    /// The operands' first bytes within their buffers.
    var offsets = (a: 0, b: 0, y: 0)

    var touched: [Buffer] { [a, b, y, scratch].compactMap { $0 } }

    func touches(_ buffer: Buffer) -> Bool { touched.contains(buffer) }

    mutating func replace(_ old: Buffer, by new: Buffer, keepingResult: Bool = false) {
        if a == old { a = new }
        if b == old { b = new }
        if y == old, !keepingResult { y = new }
    }
}

/// Bytes of an element that a border's step reads and writes.
struct BorderBytes {
    let read, written: Int

    /// Nil for batches: parts of them are not rows of one image.
    init?(_ shape: WindowShape, read: Int, written: Int) {
        guard shape.images == 1 else { return nil }
        self.read = read
        self.written = written
    }
}

/// What limits a kernel: how fast a set multiplies and adds, does so one channel at a time, or moves elements.
enum Pace {
    case floats, integers, depthwiseFloats, depthwiseIntegers, moves

    /// Whether its multiply-adds are those of int8.
    var isInteger: Bool {
        switch self {
        case .integers, .depthwiseIntegers: true
        case .floats, .depthwiseFloats, .moves: false
        }
    }
}
