import Archives
import Foundation
import Testing

@Suite struct ArrayTests {
    static let arrays: [NumberArray] = [
        NumberArray([2, 3], .float32([0, -1.5, 2, .infinity, 1e-30, 7])),
        NumberArray([3], .float64([1, -2.5, 1e300])),
        NumberArray([1, 1], .float16([0.333])), NumberArray([4], .int8([-128, -1, 0, 127])),
        NumberArray([0, 5], .uint8([])), NumberArray([], .int32([-7])),
        NumberArray([2], .int16([-300, 300])), NumberArray([1], .uint16([65_535])),
        NumberArray([2], .int64([.min, .max])),
        NumberArray([2, 1], .bool([true, false])),
    ]

    @Test("Every element type survives .npy", arguments: arrays)
    func survivesNPY(array: NumberArray) throws {
        let bytes = NPY.bytes(of: array)
        #expect(bytes.firstIndex(of: 10).map { ($0 + 1) % 64 } == 0)
        #expect(try NPY.parse(bytes, file: "x.npy") == array)
    }

    @Test("Named arrays survive .npz, in order and byte for byte the same twice")
    func survivesNPZ() throws {
        let named = Self.arrays.enumerated().map { (name: "array_\($0.offset)", array: $0.element) }
        let bytes = try NPZ.bytes(of: named)
        let again = try NPZ.parse(bytes, file: "x.npz")
        #expect(again.map(\.name) == named.map(\.name) && again.map(\.array) == named.map(\.array))
        #expect(try NPZ.bytes(of: again) == bytes)
    }

    @Test("A header as NumPy writes it is read, in Fortran order too")
    func readsFortranOrder() throws {
        let text = "{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }"
        let header = Array(text.utf8) + [UInt8](repeating: 32, count: 118 - text.utf8.count - 1) + [10]
        let numbers: [UInt8] = [1, 4, 2, 5, 3, 6].flatMap { [0, 0, 0, $0] as [UInt8] }
        let array = try NPY.parse(
            [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + header + numbers, file: "f.npy")
        #expect(array == NumberArray([2, 3], .int32([1, 2, 3, 4, 5, 6])))
    }

    /// Files that `np.save` wrote, of types `<U6`, `|S3`, `>U2`, and `<U4` in Fortran order.
    static let texts: [(String, [Int], [String])] = [
        (
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU2JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApaAAAA/AAAAHIAAABpAAAAYwAAAGgAAABhAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABiAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAArcwAACPQBAAAAAAAAAAAAAAAAAAAAAAA=",
            [2, 2], ["Zürich", "a", "b ", "猫🐈"]
        ),
        (
            "k05VTVBZAQB2AHsnZGVzY3InOiAnfFMzJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphYgBjw6k=",
            [2], ["ab", "cé"]
        ),
        (
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPlUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAB4AAAAAAAAAHkAAAB6",
            [2], ["x", "yz"]
        ),
        (
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApyAAAAMAAAAGMAAAAwAAAAcgAAADEAAABjAAAAMAAAAHIAAAAwAAAAYwAAADEAAAByAAAAMQAAAGMAAAAxAAAA",
            [2, 2], ["r0c0", "r0c1", "r1c0", "r1c1"]
        ),
    ]

    @Test("Arrays of texts are read as NumPy wrote them, and are no numbers", arguments: texts)
    func readsTexts(_ file: String, _ shape: [Int], _ texts: [String]) throws {
        let array = [UInt8](try #require(Data(base64Encoded: file)))
        let number = NPY.bytes(of: NumberArray([1], .uint8([7])))
        let archive = try ZipArchive.bytes(of: [("t.npy", array), ("n.npy", number)], file: "x.npz")
        let entries = try NPZ.entries(archive, file: "x.npz")
        guard case .success(.texts(let read)) = entries[0].entry else {
            Issue.record("expected texts")
            return
        }
        #expect(read.shape == shape && read.texts == texts)
        #expect(entries[1].entry == .success(.numbers(NumberArray([1], .uint8([7])))))
        let error = #expect(throws: ArchiveError.self) { try NPY.parse(array, file: "t.npy") }
        #expect(error?.description == "t.npy: holds texts; expected numbers")
        // Code points beyond Unicode, and half a character.
        var damaged = array
        for place in damaged.indices.suffix(4) { damaged[place] = 0xff }
        #expect(throws: ArchiveError.self) {
            try NPZ.entries(ZipArchive.bytes(of: [("t.npy", damaged)], file: "x"), file: "x")
        }
    }

    @Test("Texts of no width take no memory: they are refused")
    func refusesEmptyTexts() {
        let text = "{'descr': '<U0', 'fortran_order': False, 'shape': (99999999999,), }\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        #expect(throws: ArchiveError.self) { try NPY.parse(bytes, file: "t.npy") }
    }

    /// `np.savez_compressed` of `a = np.arange(100, dtype=np.int64)`.
    @Test("A packed archive that NumPy wrote is read")
    func readsDeflated() throws {
        let arrays = try NPZ.parse(Self.packed, file: "packed.npz")
        #expect(arrays.map(\.name) == ["a"])
        #expect(arrays[0].array == NumberArray([100], .int64((0..<100).map { Int64($0) })))
    }

    @Test("Claims that the bytes do not bear out are refused before memory is taken")
    func refusesHugeShapes() {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        let error = #expect(throws: ArchiveError.self) { try NPY.parse(bytes, file: "huge.npy") }
        #expect(error?.description.hasPrefix("huge.npy: 0 bytes do not hold 'f4'") == true)
    }

    @Test("Damaged archives give an error, never a trap", arguments: 0..<4)
    func survivesMutation(round: Int) throws {
        let named = Self.arrays.enumerated().map { (name: "a\($0.offset)", array: $0.element) }
        let originals = [try NPZ.bytes(of: named), Self.packed]
        var state = UInt64(round + 1)
        func below(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        for index in 0..<3000 {
            var bytes = originals[index % 2]
            for _ in 0...below(4) { bytes[below(bytes.count)] = UInt8(below(256)) }
            if below(8) == 0 { bytes.removeLast(below(bytes.count)) }
            do {
                _ = try NPZ.parse(bytes, file: "mutant.npz")
            } catch {
                #expect(!error.description.contains("\n"))
            }
        }
    }

    @Test("A missing file is named")
    func namesMissingFile() {
        let error = #expect(throws: ArchiveError.self) { try NPZ.read(path: "/nowhere/x.npz") }
        #expect(error?.description.hasPrefix("/nowhere/x.npz: cannot be read") == true)
    }
}
